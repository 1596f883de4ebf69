/**
 * Cost does not grow with what is in the store: whatever a service asks, in a life of payments, scans, sweeps, recoveries,
 * API and console, is answered through an index. What may be read whole has to be named here.
 */
import { expect } from 'chai';
import { PAGES } from '../../services/gateway/console/pages/index.ts';
import { ROUTES } from '../../services/gateway/routes/index.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { student, until, type World } from '../world.ts';
import { type Index, isIndexed, type Question, questionsOf, shapeOf } from './plans.ts';
import type { Command } from './store-wire.ts';
import { startWatched, type Watched } from './watched.ts';

/** There are as many of these as a college has events, clubs and people at the desk. */
const SMALL = new Set(['events', 'clubs', 'users', 'counters', 'schedules', 'mail_templates']);

/** One question of each loop: whoever turns a loop off in a test like this takes what it asks out of it. */
const OF_LOOPS: Record<string, string> = {
  pending: 'payments {"$and":[{"$or":[{"settling":null}',
  held: 'payments {"outcome.kind":"string","outcome.reason":"string","pending":"boolean","sort":',
  'by hand': 'attendees {"pending.at":',
  mails: 'mails {"state":"string","lease.until":',
  trail: 'mails {"trail.at":',
  reconcile: 'attendees {"$or":[{"ticket.issued_at":',
  words: 'payments {"words":null',
  retention:
    'attendees {"redacted_at":null,"event_id":{"$nin":["number"]},"payment_id":null,"created_at":{"$lt":"object"},"sort":null,"limit":"number"',
  overdue:
    'attendees {"redacted_at":null,"event_id":{"$nin":[]},"payment_id":null,"created_at":{"$lt":"object"},"sort":null,"limit":null',
  gauges: 'mails {"state":{"$in":["string"]},"error.kind":',
  outbox: 'mails {"state":"string","due_at":{"$lte":"object"},"sort":{"priority":',
  sweep: 'payments {"payment.value.status":{"$nin":',
};

/** What lists can be asked for, beside all of it. */
const FILTERS: Record<string, string[]> = {
  '/api/payments': [
    'q=R1',
    'q=pay_00000000000000',
    'q=9800000001',
    'q=Asha',
    'q=Asha%20Rao',
    'q=order_00000000000000',
    'q=rfnd_00000000000000',
    'q=qr_00000000000000',
    'outcome=held',
    'flag=disputed',
    'event_id=1',
    'from=2026-01-01',
  ],
  '/api/payments/held': ['reason=underpaid', 'event_id=1'],
  '/api/events': ['status=open'],
  '/api/events/1/payments': ['outcome=ticketed', 'status=captured'],
  '/api/events/1/attendees': ['search=Student', 'checked_in=false', 'live=false', 'email_state=sent', 'branch=CSE'],
  '/api/events/1/door': ['q=Student'],
  '/api/mails': ['state=failed', 'event_id=1', 'event_id=1&state=sent', 'payment_id=pay_00000000000000'],
  '/api/admin/dead-letters': ['state=dead', 'payment_id=pay_00000000000000'],
  '/api/admin/logs': [
    'action=payment.settled',
    'event_id=1',
    'actor=admin',
    'subject=event:1',
    'payment_id=pay_00000000000000',
    'from=2026-01-01',
  ],
  '/payments': ['q=R1'],
  '/held': ['reason=underpaid'],
  '/mails': ['state=failed'],
};
const filtered = Object.entries(FILTERS).flatMap(([path, queries]) => queries.map((query) => `${path}?${query}`));

async function indexesOf({ store }: World): Promise<Record<string, Index[]>> {
  const collections = await store.connection.getClient().db().collections();
  const all = collections.map(async (one) => [one.collectionName, (await one.indexes()) as Index[]] as const);
  return Object.fromEntries(await Promise.all(all));
}

describe('the plans of all queries', () => {
  let watched: Watched;
  let world: World;
  before(async function () {
    this.timeout(120_000);
    watched = await startWatched({ RECOVERY_INTERVAL: '1s' });
    ({ world } = watched);
  });
  after(() => watched?.stop());

  const all = (): Command[] => Object.values(watched.wires).flatMap(({ commands }) => commands);

  const shapeOfQuestion = ({ collection, filter, sort, limit }: Question) =>
    `${collection} ${JSON.stringify(shapeOf({ ...filter, sort, limit }))}`;

  /** The loops that have asked nothing yet. */
  function quiet(): string[] {
    const shapes = all().flatMap((command) => questionsOf(command).map(shapeOfQuestion));
    const asked = (beginning: string) => shapes.some((shape) => shape.startsWith(beginning));
    return Object.entries(OF_LOOPS).flatMap(([loop, beginning]) => (asked(beginning) ? [] : [loop]));
  }

  /** Everything that GET can be asked, by the API and in the console; ids are those of what is there. */
  async function look(): Promise<void> {
    const attendee = await world.store.attendees.findOne({ live: true }).lean();
    const of = (path: string) =>
      path
        .replace('/attendees/{id}', `/attendees/${attendee?._id}`)
        .replace('/attendees/{attendee_id}', `/attendees/${attendee?._id}`)
        .replace(/\/payments\/\{\w+\}/, `/payments/${attendee?.payment_id}`)
        .replaceAll(/\{\w+\}/g, '1');
    const { body } = await world.api('POST', '/api/auth/login', {
      username: world.env.ADMIN_USERNAME,
      password: world.env.ADMIN_PASSWORD,
    });
    const routes = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => path);
    // Streams never end by themselves.
    const pages = PAGES.map(({ path }) => path).filter((path) => !path.endsWith('/live'));
    for (const path of new Set([...routes, ...pages, ...filtered])) {
      const asked = of(path);
      const answer = await fetch(`http://127.0.0.1:${world.gateway.port}${asked}`, {
        headers: asked.startsWith('/api')
          ? { Authorization: `Bearer ${body.access_token}` }
          : { Accept: 'text/html', Cookie: `qrflow_session=${body.access_token}` },
        redirect: 'manual',
      });
      await answer.text();
      const fine = path.includes('?') ? [200] : [200, 302, 303, 400, 404, 405, 422];
      expect(answer.status, asked).to.be.oneOf(fine);
    }
  }

  async function live(): Promise<void> {
    const event = { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900, capacity: 3 };
    await world.api('POST', '/api/events', event);
    const seated = [await world.pay(), await world.pay(), await world.pay()];
    for (const { id } of seated) await world.settled(id, 'ticketed');
    const full = await world.pay();
    await world.settled(full.id, 'held:event_full');
    const under = await world.pay({ amount: 100 });
    await world.settled(under.id, 'held:underpaid');
    const same = student();
    const twice = [await world.pay({ notes: same }), await world.pay({ notes: same, order_notes: { event_id: '1' } })];
    const foreign = await world.pay({ notes: { product: 'T-shirt' } });
    await world.settled(foreign.id, 'foreign');
    await world.pay({ qr_code: 'A code', qr_notes: student(), notes: null });
    await world.pay({ status: 'failed' });
    await world.razorpay.control(`/payments/${seated[0].id}/refund`, {});
    await world.settled(seated[0].id, 'revoked');
    // Its seat goes to whoever waited longest.
    await world.settled(full.id, 'ticketed');
    await world.razorpay.control(`/payments/${seated[1].id}/dispute`, { status: 'created', amount: 500 });
    const ask = async (method: string, path: string, body: unknown = {}) => {
      const { status, body: said } = await world.api(method, path, body);
      expect(status, `${method} ${path}: ${JSON.stringify(said)}`).to.be.oneOf([200, 201, 202, 409]);
    };
    await ask('PUT', '/api/events/1', { capacity: 100 });
    await ask('PUT', `/api/payments/${under.id}`, { release: true });
    await ask('PUT', `/api/payments/${foreign.id}`, { ours: true });
    await ask('POST', '/api/events/1/attendees', { name: 'Guest', roll_number: 'G1', email: 'guest@example.edu' });
    await world.pay({ quiet: true });
    const now = Math.floor(Date.now() / 1_000);
    const sync = await world.api('POST', '/api/payments/sync', { from: now - 3_600, to: now + 60 });
    expect(sync.body, JSON.stringify(sync.body)).to.include({ complete: true });
    await world.api('POST', '/api/payments/sync', { payment_id: twice[0].id });
    await world.api('POST', '/api/payments/sync', {});
    const attendee = await world.store.attendees.findOne({ payment_id: seated[1].id }).lean();
    const key = readSigningKey(world.env.TICKET_SIGNING_KEY ?? '');
    const qr_token = await signTicket({ ticket: attendee?.ticket.id ?? '', event: 1 }, key);
    for (const path of ['scan', 'validate', 'status', 'scan'])
      await ask('POST', `/api/checkin/${path}`, { qr_token, event_id: 1 });
    await ask('POST', `/api/attendees/${attendee?._id}/checkin-undo`, { reason: 'mistake' });
    await ask('POST', '/api/events/1/send-emails', {});
    await ask('POST', '/api/mails/resend', { state: 'failed', event_id: 1 });
    await ask('DELETE', `/api/attendees/${attendee?._id}`, { reason: 'a mistake' });
    await ask('POST', `/api/attendees/${attendee?._id}/erase`, { reason: 'asked' });
    for (const { id } of twice)
      await ask('POST', `/api/payments/${id}/erase`, { reason: 'asked', give_up_ticket: true });
    await ask('POST', '/api/admin/users', { username: 'somebody', password: 'staple, then a pony', role: 'staff' });
    await until(
      () => world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
      (open) => open === 0,
      'all mails sent',
    );
  }

  it('use an index, but for what is named', async () => {
    await live();
    await look();
    // Another replica did the round of erasing, before anybody watched.
    await world.store.bindings.updateOne({ _id: 'retention' }, { $set: { next_at: new Date(0) } });
    await until(quiet, (loops) => loops.length === 0, 'a question of each loop; none yet', 30_000, 500);

    const seen = new Set<string>();
    const whole: string[] = [];
    let searches = 0;
    const indexes = await indexesOf(world);
    for (const command of all())
      for (const question of questionsOf(command)) {
        const shape = shapeOfQuestion(question);
        if (seen.has(shape) || SMALL.has(question.collection)) continue;
        seen.add(shape);
        // What is searched for may be rare: newest first is no way to it.
        const searched = shape.includes('"words":{"$in"') || shape.includes('"flags":');
        if (searched) searches++;
        const asked = searched ? { filter: question.filter } : question;
        if (!isIndexed(asked, indexes[question.collection] ?? [])) whole.push(shape);
      }
    expect(seen.size, 'shapes of queries').to.be.above(100);
    expect(searches, 'shapes of searches').to.be.at.least(4);
    expect(whole.sort().join('\n')).to.equal('');
  }).timeout(240_000);
});
