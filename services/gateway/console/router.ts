/** From the declared pages and actions to a router. What it does not know goes on to the API's. */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { RequestState } from '../../../shared/http/app.ts';
import { asProblem } from '../../../shared/http/faults.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { OtherSession } from '../auth/browser-session.ts';
import type { Gateway } from '../gateway.ts';
import { type Authenticate, authorise } from '../http/authenticate.ts';
import { readBody } from '../http/body.ts';
import { tellRefusal } from '../http/refusals.ts';
import { moreExact } from '../http/router.ts';
import { checked } from '../http/validate.ts';
import { type Action, type Declared, type Given, GoTo, type Page, type PageCall, Raw, type ViewData } from './page.ts';
import { cameFrom, filled, wantsPage, withoutBlanks } from './request.ts';
import { type ConsoleOptions, PAGE_HEADERS, sayNext, show } from './show.ts';

export interface ConsoleRouterOptions extends ConsoleOptions {
  gateway: Gateway;
  authenticate: Authenticate;
}

type Form = Record<string, unknown>;

interface Received {
  call: PageCall;
  /** The form is ours, but of another session: to be shown again at most, and never done. */
  stale: OtherSession | null;
}

/** @throws Problem 403 unless a page of ours sent it */
function staleOf(refuseForged: () => void): OtherSession | null {
  try {
    refuseForged();
    return null;
  } catch (error) {
    if (error instanceof OtherSession) return error;
    throw error;
  }
}

/** A stranger's form is not even read. */
async function received(
  ctx: Context,
  declared: Declared,
  readForm: () => Promise<Form>,
  options: ConsoleRouterOptions,
): Promise<Received> {
  const { correlationId, log } = ctx.state as RequestState;
  const { access } = declared;
  const signedIn = access === 'public' ? null : await options.authenticate(ctx);
  // Whoever may not see this page still sees the others in its navigation.
  ctx.state.user = signedIn;
  ctx.state.userId = signedIn?.id;
  if (signedIn && access !== 'public') authorise(signedIn, access);
  const { _csrf, ...fields } = await readForm();
  const stale = staleOf(() => options.sessions.refuseForged(ctx, signedIn, _csrf));
  const call: PageCall = {
    params: declared.params && checked(declared.params, ctx.params, 404),
    query: undefined,
    body: fields,
    headers: {},
    user: signedIn,
    gateway: options.gateway,
    correlationId,
    log,
    address: ctx.ip,
    // What an action shows goes on at its page's own address.
    asked: {
      path: declared.kind === 'action' && declared.shownBy ? filled(declared.shownBy.path, ctx.params) : ctx.path,
      query: ctx.query,
    },
    given: null,
    cameFrom: cameFrom(ctx),
    session: {
      begin: (token) => options.sessions.begin(ctx, token),
      end: () => options.sessions.end(ctx),
    },
    csrf: signedIn ? options.sessions.csrf(signedIn) : '',
  };
  return { call, stale };
}

const queryOf = (page: Page, ctx: Context): unknown =>
  page.query ? checked(page.query, withoutBlanks(ctx.query), 400) : undefined;

async function answerPage(ctx: Context, page: Page, options: ConsoleRouterOptions): Promise<void> {
  const { call } = await received(ctx, page, async () => ({}), options);
  send(ctx, page, await page.handle({ ...call, query: queryOf(page, ctx) }), null, options);
}

/** Of a form that could not be taken, to be shown again: its texts, and never a password. */
const given = (form: Form, problem: Problem): Given => ({
  values: Object.fromEntries(
    Object.entries(form).filter(([name, value]) => typeof value === 'string' && !name.includes('password')),
  ),
  faults: Object.fromEntries((problem.fields.errors ?? []).map(({ field, message }) => [field, message])),
  message: problem.fields.detail,
});

const OPENED_BEFORE = 'This form was opened in another session, so nothing was done. Look at it, then send it again.';

async function answerAction(ctx: Context, action: Action, options: ConsoleRouterOptions): Promise<void> {
  const read = async () => (await readBody(ctx, action.types ?? ['form'])) as Form;
  const { call, stale } = await received(ctx, action, read, options);
  if (stale && !action.shownBy) throw stale;
  try {
    if (stale) throw new Problem(403, { detail: OPENED_BEFORE }, { cause: stale });
    const body = action.form ? checked(action.form, call.body, 422) : undefined;
    const done = await action.handle({ ...call, body });
    if (done instanceof GoTo) return goOn(ctx, done, options);
    if (!(done instanceof Raw) && !action.shownBy)
      throw new Error(`${action.path} answers data, but is shown by no page`);
    send(ctx, done instanceof Raw ? action : (action.shownBy as Page), done, null, options);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 500) throw error;
    const back = call.cameFrom ?? (action.back === undefined ? null : filled(action.back, ctx.params));
    if (!action.shownBy && back === null) throw problem;
    tellRefusal(ctx, problem);
    const { 'Retry-After': later } = problem.headers;
    if (later !== undefined) ctx.set('Retry-After', later);
    if (action.shownBy) {
      const again = given(call.body as Form, problem);
      const data = await action.shownBy.handle({ ...call, query: queryOf(action.shownBy, ctx), given: again });
      return send(ctx, action.shownBy, data, again, options, problem.status);
    }
    goOn(ctx, new GoTo(back ?? '/', { tone: 'bad', text: problem.fields.detail }), options);
  }
}

/** See Other: a page that is loaded anew sends no form twice. */
function goOn(ctx: Context, { path, said }: GoTo, options: ConsoleOptions): void {
  if (said) sayNext(ctx, said, options);
  ctx.status = 303;
  ctx.set('Location', path);
  ctx.body = '';
}

function send(
  ctx: Context,
  declared: Declared,
  done: ViewData | GoTo | Raw,
  again: Given | null,
  options: ConsoleOptions,
  status = 200,
): void {
  if (done instanceof GoTo) {
    goOn(ctx, done, options);
    return;
  }
  ctx.set(PAGE_HEADERS);
  if (declared.kind === 'page' && declared.headers) ctx.set(declared.headers);
  if (done instanceof Raw) {
    ctx.status = 200;
    ctx.set(done.headers);
    ctx.type = done.type;
    ctx.body = done.body;
    return;
  }
  const page = declared as Page;
  ctx.status = done.status ?? status;
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = show(
    ctx,
    { title: page.title, view: page.view ?? '', scripts: page.scripts, path: page.path, ...done },
    again,
    options,
  );
}

/** Who is not signed in goes to sign in, and from there to where they were going. */
function toSignIn(ctx: Context, options: ConsoleOptions): void {
  const reading = ctx.method === 'GET' || ctx.method === 'HEAD';
  const next = reading ? `${ctx.path}${ctx.search}` : (cameFrom(ctx) ?? '/');
  if (!reading) sayNext(ctx, { tone: 'info', text: 'You were signed out. Sign in, then do it once more.' }, options);
  goOn(ctx, new GoTo(next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`), options);
}

async function answer(ctx: Context, declared: Declared, options: ConsoleRouterOptions): Promise<void> {
  try {
    if (declared.kind === 'page') await answerPage(ctx, declared, options);
    else await answerAction(ctx, declared, options);
  } catch (error) {
    if (error instanceof Problem && error.status === 401 && declared.access !== 'public') return toSignIn(ctx, options);
    throw error;
  }
}

/** @throws Error when two pages or two actions have the same path */
export function consoleRouter(options: ConsoleRouterOptions): Middleware {
  const byPath = new Map<string, { page?: Page; action?: Action }>();
  for (const one of options.declared) {
    const at = byPath.get(one.path) ?? {};
    if (at[one.kind]) throw new Error(`the ${one.kind} ${one.path} is declared twice`);
    byPath.set(one.path, { ...at, [one.kind]: one });
  }
  const router = new Router({ sensitive: true });
  for (const [path, at] of [...byPath].sort(([a], [b]) => moreExact(a, b))) {
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context, next) => {
      const ctx = context as unknown as Context;
      // The one address that the API has too.
      if (path === '/') {
        ctx.vary('Accept');
        if (!wantsPage(ctx)) return next();
      }
      ctx.state.route = path;
      const one = ctx.method === 'POST' ? at.action : at.page;
      if (one && ['GET', 'HEAD', 'POST'].includes(ctx.method)) return answer(ctx, one, options);
      const allow = [...(at.page ? ['GET', 'HEAD'] : []), ...(at.action ? ['POST'] : [])].join(', ');
      ctx.set('Allow', allow);
      throw new Problem(405, { detail: `${path} takes ${allow}, not ${ctx.method}` });
    });
  }
  return router.routes() as unknown as Middleware;
}
