/** Operators of MongoDB, fields that are not a caller's, and prototypes, sent to each operation that /openapi.json tells. */
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { inParallel } from '../../shared/in-parallel.ts';
import { ADMIN, type Json, startWorld, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { AT_ONCE, changed, FORBIDDEN, OPERATORS, type Operation, objectsIn, operationsOf } from './unwanted.ts';

/** Done, or not for now. */
const RIGHT = [200, 201, 401, 404, 409, 422];
/** What moves by itself: schedules and leases, and how often something was looked at. */
const BY_ITSELF = ['schedules', 'sweeps'];

describe('what nobody should send to any route', () => {
  let world: World;
  let token: string;
  let operations: Operation[];
  const ids: Record<string, string> = {};

  async function prepare(): Promise<void> {
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900 });
    const [paid, held] = await Promise.all([world.pay(), world.pay({ amount: 100 })]);
    await Promise.all([world.settled(paid.id, 'ticketed'), world.settled(held.id, 'held:underpaid')]);
    // With its trail, which goes into the audit trail a moment after it was sent.
    await until(
      () => world.store.mails.countDocuments({ state: 'sent', 'trail.0': { $exists: false } }),
      (sent) => sent === 1,
      'the mail',
    );
    ids.payment = paid.id;
    ids.mail = String((await world.store.mails.findOne({}).lean())?._id);
    const body = '{"signed": "and no event"}';
    await fetch(`http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      headers: { 'X-Razorpay-Signature': createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex') },
      body,
    });
    const letter = await until(
      () => world.store.deadLetters.findOne({}).lean(),
      (one) => one !== null,
      'a dead letter',
    );
    ids.letter = String(letter?._id);
    const user = { username: 'changeable', password: 'a long pass phrase', role: 'staff' };
    ids.user = String((await world.api('POST', '/api/admin/users', user)).body.id);
    token = (await login(ADMIN)).access_token;
    operations = operationsOf((await ask('GET', '/openapi.json')).body);
    expect(operations.length).to.be.above(25);
  }
  before(async function () {
    this.timeout(240_000);
    await prepare();
  });
  after(async () => world?.stop());

  interface Sent {
    type?: string;
    body?: string | FormData;
  }
  async function ask(method: string, path: string, { type = 'application/json', body }: Sent = {}, as = token) {
    const response = await fetch(`http://127.0.0.1:${world.gateway.port}${path}`, {
      method,
      // A form with files names its own.
      headers: { Authorization: `Bearer ${as}`, ...(typeof body === 'string' && { 'Content-Type': type }) },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : text) as Json };
  }
  const login = async (fields: Record<string, string>, more = '') =>
    (
      await ask(
        'POST',
        '/api/auth/login',
        { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields) + more },
        '',
      )
    ).body;

  /** The address of something that is there, where the suite knows one. */
  const pathOf = ({ path }: Operation, param?: string) =>
    path.replace(/\{(\w+)\}/g, (_, name) => {
      if (param !== undefined) return encodeURIComponent(param);
      if (/payment/.test(name)) return ids.payment ?? '';
      if (path.includes('/mails/')) return ids.mail ?? '';
      if (path.includes('/users/')) return ids.user ?? '';
      return path.includes('dead-letters') ? encodeURIComponent(ids.letter ?? '') : '1';
    });
  const rightQuery = ({ needed }: Operation): URLSearchParams =>
    new URLSearchParams(
      needed.map((name): [string, string] => [name, name === 'payment_id' ? (ids.payment ?? '') : 'Student']),
    );
  /** Of a form with files nothing: they are put in by themselves. */
  const rightBody = ({ body }: Operation): Json =>
    body?.types.includes('multipart/form-data')
      ? {}
      : JSON.parse(JSON.stringify(body?.example ?? {}).replace(/pay_\w{14}/g, ids.payment ?? ''));
  /** As the operation takes it; where that is a form with files, beside right ones. */
  function sentTo({ body }: Operation, value: Json): Sent {
    if (!body) return {};
    if (!body.types.includes('multipart/form-data')) return { body: JSON.stringify(value) };
    const form = new FormData();
    const file = new File(['name,email\nAsha Rao,asha@example.edu\n'], 'list.csv', { type: 'text/csv' });
    for (const name of Object.keys(body.schema.properties)) form.set(name, file);
    for (const [name, one] of Object.entries(value)) form.set(name, JSON.stringify(one));
    return { body: form };
  }

  /** Refused in words of ours, and nothing of our insides in them. */
  function expectRefused({ status, text, body }: Awaited<ReturnType<typeof ask>>, what: string, statuses = [400]) {
    expect(status, `${what}: ${text}`).to.be.oneOf(statuses);
    expect(body, what).to.include.keys('title', 'status', 'detail', 'correlation_id');
    expect(text, what).to.not.match(/node_modules|\.ts:\d|mongo|mongoose|\bCast|Zod|TypeError|stack|\[object/i);
  }

  /** Everything that is stored, less what moves by itself. */
  async function stored(): Promise<Record<string, Json[]>> {
    const { db } = world.store.connection;
    const names = ((await db?.listCollections().toArray()) ?? []).map(({ name }) => name);
    const kept = names.filter((name) => !BY_ITSELF.includes(name)).sort();
    const read = async (name: string): Promise<[string, Json[]]> => {
      const documents = (await db?.collection(name).find({}).sort({ _id: 1 }).toArray()) as Json[];
      if (name !== 'payments') return [name, documents];
      return [
        name,
        documents.map(({ _id, payment, overrides, details, event_id }) => ({
          _id,
          payment,
          overrides,
          details,
          event_id,
        })),
      ];
    };
    return Object.fromEntries(await Promise.all(kept.map(read)));
  }

  /** Tries `what` on each operation; none of it may be found in the store afterwards, nor in the process. */
  async function onEach(what: (operation: Operation) => Promise<void>): Promise<void> {
    let before = await stored();
    const restful = async () => {
      const earlier = before;
      before = await stored();
      return JSON.stringify(earlier) === JSON.stringify(before);
    };
    await until(restful, (is) => is, 'rest in the store');
    await inParallel(operations, AT_ONCE, what);
    expect(await stored()).to.deep.equal(before);
    expect([({} as Json).polluted, ([] as Json).polluted, Object.keys(Object.prototype)]).to.deep.equal([
      undefined,
      undefined,
      [],
    ]);
  }
  const bodies = ({ body }: Operation) => (body ? objectsIn(body.schema) : []);

  it('operators and lists in a field are no value of it', () =>
    onEach(async (operation) => {
      const { method, id, body } = operation;
      for (const { at, fields } of bodies(operation))
        for (const field of fields)
          for (const operator of OPERATORS) {
            const sent = changed(rightBody(operation), at, { [field]: operator });
            expectRefused(
              await ask(method, pathOf(operation), sentTo(operation, sent)),
              `${id} ${JSON.stringify(sent)}`,
            );
          }
      if (!body?.types.includes('application/x-www-form-urlencoded')) return;
      const type = 'application/x-www-form-urlencoded';
      const right = rightBody(operation);
      for (const { fields } of bodies(operation).slice(0, 1))
        for (const field of fields)
          for (const wrong of [`${field}[$ne]=x`, `${field}[]=x`, `${field}=x&${field}=y`, `${field}[$gt]=`]) {
            const { [field]: _, ...others } = right;
            expectRefused(
              await ask(method, pathOf(operation), { type, body: `${new URLSearchParams(others)}&${wrong}` }),
              `${id} ${wrong}`,
            );
          }
    }));

  it('operators in a query are none, and as text they find nothing', () =>
    onEach(async (operation) => {
      const { method, id, query } = operation;
      const base = pathOf(operation);
      const asked = (more: string) =>
        ask(method, `${base}?${rightQuery(operation)}&${more}`, sentTo(operation, rightBody(operation)));
      for (const wrong of [
        '$where=1',
        '__proto__=1',
        '__proto__[polluted]=1',
        'constructor[prototype][polluted]=1',
        'toString=1',
        'polluted=1',
      ])
        expectRefused(await asked(wrong), `${id} ?${wrong}`);
      for (const name of query) {
        for (const wrong of [`${name}[$ne]=1`, `${name}[]=1`, `${name}=1&${name}=2`, `${name}.$ne=1`])
          expectRefused(await asked(wrong), `${id} ?${wrong}`);
        const text = await ask(method, `${base}?${name}=${encodeURIComponent('{"$ne":null}')}`);
        if (text.status === 200) expect(text.body, `${id} ${name}`).to.deep.equal([]);
        else expectRefused(text, `${id} ${name}`);
      }
    }));

  it('an operator, a path or a line break in an address is nothing that there is', () =>
    onEach(async (operation) => {
      const { method, id, params } = operation;
      if (params.length === 0) return;
      for (const param of [
        '{"$ne":null}',
        '[$ne]',
        '$where',
        '__proto__',
        'constructor',
        'toString',
        '../users',
        '1\r\nX: 1',
        '\u0000',
        '1 or 1=1',
      ])
        expectRefused(
          await ask(method, pathOf(operation, param), sentTo(operation, rightBody(operation))),
          `${id} ${param}`,
          [400, 404],
        );
    }));

  it('fields that are not a caller’s to set are refused, each by its name', () =>
    onEach(async (operation) => {
      const { method, id } = operation;
      for (const { at, fields } of bodies(operation)) {
        const forbidden = Object.fromEntries(Object.entries(FORBIDDEN).filter(([name]) => !fields.includes(name)));
        const answer = await ask(
          method,
          pathOf(operation),
          sentTo(operation, changed(rightBody(operation), at, forbidden)),
        );
        expectRefused(answer, id);
        const named = answer.body.errors.map(({ field }: Json) => field);
        expect(named, id).to.include.members(Object.keys(forbidden).map((name) => [...at, name].join('.')));
      }
    }));

  it('a prototype in a body is refused, however it is spelled, and no object of ours has what it brought', () =>
    onEach(async (operation) => {
      const { method, id } = operation;
      for (const { at } of bodies(operation))
        for (const key of ['__proto__', '\\u005f_proto__', '__proto__ ', 'constructor']) {
          const marked = JSON.stringify(changed(rightBody(operation), at, { MARK: 0 }));
          const evil = key === 'constructor' ? '{"prototype":{"polluted":true}}' : '{"polluted":true,"role":"admin"}';
          const raw = marked.replace('"MARK":0', `"${key}":${evil}`);
          const isForm = sentTo(operation, {}).body instanceof FormData;
          const sent = isForm ? sentTo(operation, JSON.parse(raw)) : { body: raw };
          expectRefused(await ask(method, pathOf(operation), sent), `${id} ${key}`);
        }
    }));

  it('a prototype in a form changes nothing of who signs in', async () => {
    const more = '&__proto__[polluted]=1&__proto__[role]=admin&constructor[prototype][polluted]=1';
    await world.api('POST', '/api/admin/users', {
      username: 'at-the-gate',
      password: 'a long pass phrase',
      role: 'staff',
    });
    const { access_token, status } = await login({ username: 'at-the-gate', password: 'a long pass phrase' }, more);
    if (status === undefined) expect((await ask('GET', '/api/auth/me', {}, access_token)).body.role).to.equal('staff');
    else expect(status).to.equal(400);
    expect(({} as Json).polluted).to.equal(undefined);
  });

  it('what all of this was put into is right without it', async function () {
    // Else everything above might have been refused for another reason. In a world of its own: what is right has effects
    // that come later, and would be taken for those of a refused request.
    this.timeout(240_000);
    const shared = { world, token, ids: { ...ids } };
    await prepare();
    try {
      await expectRight();
    } finally {
      await world.stop();
      ({ world, token } = shared);
      Object.assign(ids, shared.ids);
    }
  });

  async function expectRight(): Promise<void> {
    const { username, password } = { username: 'walker', password: 'a long pass phrase' };
    await world.api('POST', '/api/admin/users', { username, password, role: 'admin' });
    // What is about one's own session may end it, and comes last.
    const own = ({ path }: Operation) => path.startsWith('/api/auth/');
    let access_token = '';
    for (const operation of [...operations.filter((one) => !own(one)), ...operations.filter(own)]) {
      if (access_token === '' || own(operation)) access_token = (await login({ username, password })).access_token;
      const { status, text, body } = await ask(
        operation.method,
        `${pathOf(operation)}?${rightQuery(operation)}`,
        sentTo(operation, rightBody(operation)),
        access_token,
      );
      // A 400 for what was sent names a field; others tell of the ticket.
      if (status !== 400 || body.errors) expect(status, `${operation.id}: ${text}`).to.be.oneOf(RIGHT);
    }
  }
});
