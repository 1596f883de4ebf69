/** The same as requests.test.ts for the pages and forms of the console, each found in its declaration. */
import { expect } from 'chai';
import { z } from 'zod';
import type { Action, Declared, Page } from '../../services/gateway/console/page.ts';
import { PAGES } from '../../services/gateway/console/pages/index.ts';
import { attendee, club, event, payId, payment, ticketMail } from '../../services/gateway/testing/documents.ts';
import { startTestGateway, type TestGateway } from '../../services/gateway/testing/start.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { signTicket } from '../../shared/ticket/token.ts';
import type { Json } from '../world.ts';
import { AT_ONCE, FORBIDDEN, objectsIn } from './unwanted.ts';

/** The fields of a form or a query, as `name` where it is one value. */
const fieldsOf = (schema: z.ZodType): string[] =>
  objectsIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).flatMap(({ fields }) => fields);

const FORMS = PAGES.filter((one): one is Action & { form: z.ZodType } => one.kind === 'action' && !!one.form);
const READ = PAGES.filter((one): one is Page => one.kind === 'page');
const PROTOTYPES = ['__proto__[polluted]=1', '__proto__=1', 'constructor[prototype][polluted]=1', '$where=1'];

describe('what nobody should send to any page of the console', () => {
  let gateway: TestGateway;
  let headers: Record<string, string>;
  let csrf: string;
  let token: string;

  before(async () => {
    gateway = await startTestGateway();
    const { store } = gateway;
    await Promise.all([
      store.clubs.create(club(1)),
      store.events.create(event(1)),
      store.payments.create(payment(1)),
      store.attendees.create(attendee(1)),
      store.mails.create(ticketMail(1)),
    ]);
    token = await signTicket({ ticket: 'ticket-1', event: 1 }, gateway.signingKey);
    headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token('admin')}` };
    const page = await (await fetch(`${gateway.url}/account`, { headers })).text();
    csrf = /name="csrf" content="([\w-]+)"/.exec(page)?.[1] ?? '';
    expect([FORMS.length > 6, READ.length > 15, csrf.length > 20]).to.deep.equal([true, true, true]);
  });
  after(() => gateway?.stop());

  /** The address of something that is there. */
  const pathOf = ({ path }: Declared, param?: string) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(
        param ?? { token }[name] ?? (name === 'payment_id' ? payId(1) : path.startsWith('/mails') ? '1:ticket:1' : '1'),
      ),
    );

  async function asked(path: string, body?: string) {
    const form = body !== undefined && {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${body}&_csrf=${csrf}`,
    };
    // A live page never ends by itself.
    const leave = new AbortController();
    const answer = await fetch(gateway.url + path, {
      headers,
      redirect: 'manual',
      signal: leave.signal,
      ...form,
    });
    const live = answer.headers.get('content-type')?.includes('event-stream') === true;
    const text = live ? '' : await answer.text();
    leave.abort();
    const [, kept = ''] = /said=([\w-]+)\./.exec(answer.headers.get('set-cookie') ?? '') ?? [];
    return { status: answer.status, text, said: Buffer.from(kept, 'base64url').toString() };
  }

  /** Shown again with what is wrong, or sent back and told so. */
  function expectRefused({ status, text, said }: Awaited<ReturnType<typeof asked>>, what: string) {
    expect(status, `${what}: ${said}`).to.be.oneOf([303, 400, 422]);
    if (status === 303) expect(said, what).to.match(/^bad:/);
    expect(text + said, what).to.not.match(/node_modules|\.ts:\d|mongo|\bCast|Zod|TypeError|\[object/i);
  }

  const stored = async (): Promise<Json> => {
    const { db } = gateway.store.connection;
    const names = ((await db?.listCollections().toArray()) ?? []).map(({ name }) => name).sort();
    return Promise.all(names.map((name) => db?.collection(name).find({}).sort({ _id: 1 }).toArray()));
  };
  async function unchangedBy(what: () => Promise<unknown>): Promise<void> {
    const before = await stored();
    await what();
    expect(await stored()).to.deep.equal(before);
    expect([({} as Json).polluted, Object.keys(Object.prototype)]).to.deep.equal([undefined, []]);
  }
  const onEach = <T extends Declared>(declared: readonly T[], what: (one: T) => Promise<void>) =>
    unchangedBy(() => inParallel(declared, AT_ONCE, what));

  it('operators, lists and prototypes in a field of a form are no value of it', () =>
    onEach(FORMS, async (form) => {
      for (const field of fieldsOf(form.form))
        for (const wrong of [
          `${field}[$ne]=x`,
          `${field}[$regex]=.*`,
          `${field}[][$gt]=`,
          `${field}[toHTML]=x`,
          `${field}[0]=a&${field}[1]=b`,
        ])
          expectRefused(await asked(pathOf(form), wrong), `${form.path} ${wrong}`);
      for (const wrong of PROTOTYPES) expectRefused(await asked(pathOf(form), `unknown=1&${wrong}`), wrong);
    }));

  it('fields that are not of a form are refused, each by its name', () =>
    onEach(FORMS, async (form) => {
      const fields = fieldsOf(form.form);
      const names = Object.keys(FORBIDDEN).filter((one) => !fields.includes(one));
      // Not all at once: what is said next is cut to what a cookie takes.
      for (let from = 0; from < names.length; from += 10) {
        const some = names.slice(from, from + 10);
        const answer = await asked(pathOf(form), some.map((name) => `${encodeURIComponent(name)}=1`).join('&'));
        expectRefused(answer, form.path);
        if (answer.status === 303) for (const name of some) expect(answer.said).to.contain(`${name}: is not known`);
      }
    }));

  it('operators and prototypes in a query are refused where there is one, and nothing elsewhere', () =>
    onEach(READ, async (page) => {
      const names = page.query ? fieldsOf(page.query) : [];
      for (const wrong of [...PROTOTYPES, ...names.flatMap((name) => [`${name}[$ne]=1`, `${name}=1&${name}=2`])]) {
        const { status, text } = await asked(`${pathOf(page)}?${wrong}`);
        // A mail is put together by ticketing, which is not there. The page to sign in takes what others add to links; a value of its own it takes once.
        const open = !page.query || (page.access === 'public' && !wrong.includes('&'));
        expect(status, `${page.path}?${wrong}`).to.be.oneOf(open ? [200, 303, 503] : [400]);
        // The API's page shows what a dead letter's reason may be.
        if (page.path === '/docs') continue;
        expect(text, page.path).to.not.match(/node_modules|\.ts:\d|mongo|\bCast|Zod|TypeError/i);
      }
    }));

  it('an operator, a path or a line break in an address is nothing that there is', () =>
    onEach(
      PAGES.filter(({ params }) => params !== undefined),
      async (one) => {
        for (const param of ['{"$ne":null}', '[$ne]', '__proto__', 'constructor', '../users', '1\r\nX: 1', '\u0000']) {
          const answer = await asked(pathOf(one, param), one.kind === 'action' ? '' : undefined);
          if (answer.status === 303) expectRefused(answer, `${one.path} ${param}`);
          else expect(answer.status, `${one.path} ${param}`).to.be.oneOf([400, 404]);
        }
      },
    ));
});
