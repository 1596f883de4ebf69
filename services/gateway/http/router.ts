/**
 * From the declared routes to a router. One handler a path: the more exact path goes first and decides alone, so that
 * `/payments/held` is never taken for the payment "held", whatever the order of registration and the method.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { RequestState } from '../../../shared/http/app.ts';
import { asProblem } from '../../../shared/http/faults.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { type BrowserSessions, CSRF_HEADER } from '../auth/browser-session.ts';
import type { Gateway } from '../gateway.ts';
import { type Authenticate, authorise } from './authenticate.ts';
import { readBody } from './body.ts';
import { declaredStatuses } from './openapi.ts';
import type { Route, SentHeaders } from './route.ts';
import { checked } from './validate.ts';

export interface RouterOptions {
  routes: readonly Route[];
  gateway: Gateway;
  authenticate: Authenticate;
  sessions: BrowserSessions;
  /** Refuses to send what a route did not declare. For tests; costs time. */
  verifyAnswers: boolean;
}

const isParameter = (segment: string | undefined) => segment?.startsWith('{') === true;

/** Exact segments before parameters, from left to right. */
export function moreExact(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const at = left.findIndex((segment, i) => isParameter(segment) !== isParameter(right[i]));
  return at === -1 ? 0 : isParameter(left[at]) ? 1 : -1;
}

const methodsOf = (routes: ReadonlyMap<string, Route>): string =>
  [...routes.keys(), ...(routes.has('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');

async function answer(ctx: Context, route: Route, params: unknown, options: RouterOptions): Promise<void> {
  const { correlationId, log } = ctx.state as RequestState;
  const user = route.access === 'public' ? null : await options.authenticate(ctx);
  ctx.state.userId = user?.id;
  if (user && route.access !== 'public') authorise(user, route.access);
  if (user && ctx.state.byCookie) options.sessions.refuseForged(ctx, user, ctx.get(CSRF_HEADER));
  const checkedParams = route.params && checked(route.params, params, 404);
  const query = checkedQuery(route, ctx);
  const headers = route.headers ? (checked(route.headers, ctx.headers, 400) as SentHeaders) : {};
  const body = route.body && checked(route.body.schema, await readBody(ctx, route.body.types ?? ['json']), 400);
  const reply = await route.handle({
    params: checkedParams,
    query,
    body,
    headers,
    user,
    gateway: options.gateway,
    correlationId,
    log,
    address: ctx.ip,
    asked: { path: ctx.path, query: ctx.query },
  });
  if (options.verifyAnswers) verify(route, reply);
  ctx.status = reply.status;
  if (reply.headers) ctx.set(reply.headers);
  const { type } = route.answers[reply.status] ?? {};
  if (type !== undefined) ctx.set('Content-Type', type);
  // Whoever has it already needs no body. Not Koa's `fresh`: a script that names an ETag asks "no-cache" by itself.
  const { ETag: tag } = reply.headers ?? {};
  if (tag !== undefined && ctx.get('if-none-match') === tag) {
    ctx.status = 304;
    return;
  }
  ctx.body = reply.body;
}

function checkedQuery(route: Route, ctx: Context): unknown {
  if (route.query) return checked(route.query, { ...ctx.query }, 400);
  const [unknown] = Object.keys(ctx.query);
  if (unknown === undefined) return undefined;
  throw new Problem(400, {
    detail: `${ctx.path} takes no query parameters`,
    errors: Object.keys(ctx.query).map((field) => ({ field, message: 'is not known here' })),
  });
}

function verify(route: Route, reply: { status: number; body: unknown }): void {
  const declared = route.answers[reply.status];
  if (!declared) throw new Error(`${route.id} answered ${reply.status}, which it does not declare`);
  declared.schema.parse(JSON.parse(JSON.stringify(reply.body)));
}

/** @throws Error for a refusal that /openapi.json does not know; else what was thrown */
function verifyProblem(route: Route, error: unknown): never {
  const { status } = asProblem(error);
  if (status === 500 || declaredStatuses(route).has(status)) throw error;
  throw new Error(`${route.id} answered ${status}, which it does not declare`, { cause: error });
}

/** @throws Error when two routes have the same method and path */
export function buildRouter(options: RouterOptions): Middleware {
  const byPath = new Map<string, Map<string, Route>>();
  for (const route of options.routes) {
    const methods = byPath.get(route.path) ?? new Map<string, Route>();
    if (methods.has(route.method)) throw new Error(`${route.method} ${route.path} is declared twice`);
    byPath.set(route.path, methods.set(route.method, route));
  }
  const router = new Router({ sensitive: true });
  for (const [path, methods] of [...byPath].sort(([a], [b]) => moreExact(a, b))) {
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), async (ctx) => {
      ctx.state.route = path;
      const route = methods.get(ctx.method === 'HEAD' ? 'GET' : ctx.method);
      if (route) {
        const answered = answer(ctx as unknown as Context, route, ctx.params, options);
        return options.verifyAnswers ? answered.catch((error: unknown) => verifyProblem(route, error)) : answered;
      }
      ctx.set('Allow', methodsOf(methods));
      if (ctx.method !== 'OPTIONS')
        throw new Problem(405, { detail: `${path} takes ${methodsOf(methods)}, not ${ctx.method}` });
      ctx.status = 204;
    });
  }
  return router.routes() as unknown as Middleware;
}
