import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import type { Role } from '../../../shared/store/documents.ts';
import { openStore } from '../../../shared/store/index.ts';
import { keyId } from '../../../shared/ticket/token.ts';
import { startPrivateNats } from '../../../test/servers.ts';
import { until } from '../../../test/until.ts';
import { event, payment, ticketMail } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';
import { readStatus } from './status.ts';

const OTHER_CLUB = 950;
const HOUR_MS = 3_600_000;

const connected = ({ parts }: TestGateway, connected: boolean) =>
  until(
    async () => parts.bus.connected(),
    (is) => is === connected,
  );

describe('/api/system/status', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await connected(gateway, true);
    const now = Date.now();
    const seconds = Math.floor(now / 1_000);
    const held = (n: number, reason: 'underpaid' | 'event_full', event_id: number) =>
      payment(n, { event_id, outcome: { kind: 'held', reason, since: new Date() } });
    await gateway.store.events.insertMany([event(1), event(2, { club_id: OTHER_CLUB, staff: [] })]);
    await gateway.store.payments.insertMany([
      held(1, 'underpaid', 1),
      held(2, 'underpaid', 2),
      held(3, 'event_full', 2),
      payment(
        4,
        {
          event_id: 2,
          pending: true,
          pending_since: new Date(now - HOUR_MS),
          first_seen_at: new Date(now - 3 * HOUR_MS),
        },
        { created_at: seconds - 3 * 3_600 },
      ),
      payment(
        5,
        { event_id: 2, first_source: 'sweep', first_seen_at: new Date(now) },
        { created_at: seconds - HOUR_MS / 1_000 },
      ),
      // A checkout that was begun and left: there is no webhook that could have been late.
      payment(
        6,
        { event_id: 2, first_source: 'sweep', first_seen_at: new Date(now) },
        { created_at: seconds - HOUR_MS / 1_000, status: 'created' },
      ),
    ]);
    const due = (minutes: number) => ({ due_at: new Date(now - minutes * 60_000), sent_at: null });
    await gateway.store.mails.insertMany([
      ticketMail(1, { state: 'failed' }),
      ticketMail(2, { event_id: 2, state: 'owed', ...due(7) }),
      ticketMail(3, {
        event_id: 2,
        state: 'owed',
        ...due(9),
        error: { kind: 'server', text: 'connection refused', at: new Date(), times: 1 },
      }),
    ]);
    await gateway.store.schedules.create({
      _id: 'sweep',
      next_at: new Date(now + HOUR_MS),
      lease: null,
      watermark: seconds - 60,
      failures: 0,
      last_complete_at: new Date(now - 60_000),
      qr_codes: {},
    });
  });
  after(() => gateway.stop());

  const status = async (who: Role) => {
    const { status, body } = await gateway.ask(who, 'GET', '/api/system/status');
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const tones = (body: { parts: { part: string; tone: string }[] }) =>
    Object.fromEntries(body.parts.map(({ part, tone }) => [part, tone]));

  it('tells an admin in words and in facts how everything is', async () => {
    const body = await status('admin');
    expect(tones(body)).to.deep.equal({
      webhook: 'bad',
      sweep: 'good',
      breaker: 'bad',
      settling: 'bad',
      signing: 'good',
      bus: 'good',
      store: 'good',
    });
    expect(body).to.deep.include({ status: 'failing', store: 'up', bus: 'up', version: '0.1.0' });
    expect(body.message, 'of what is as bad, the later part: more follows from it').to.match(/^Tickets: 1 payment not/);
    expect(body.webhook).to.include({ by_webhook: 0, late: 1 });
    expect(body.sweep).to.include({ running: false, failures: 0, error: null });
    expect(body.sweep.watermark).to.be.closeTo(Date.now() / 1_000 - 60, 60);
    expect(body.breaker).to.deep.equal({ open: true, resting: 1, error: 'connection refused' });
    expect(body.waiting).to.deep.include({
      pending: 1,
      held: 3,
      held_by_reason: { event_full: 1, underpaid: 2 },
      mails_owed: 2,
      mails_failed: 1,
      mails_no_address: 0,
      dead_letters: 0,
    });
    const minutes = (at: string) => Math.round((Date.now() - new Date(at).getTime()) / 60_000);
    const { pending_since, mails_due_since } = body.waiting;
    expect([pending_since, mails_due_since, body.webhook.last_at].map(minutes)).to.deep.equal([60, 7, 180]);
  });

  it('tells that a sweep is running', async () => {
    const sweep = { kind: 'manual' as const, requested_by: 'admin', payment_id: null, from: 1, to: 2, ended_at: null };
    const more = { started_at: new Date(), step: 'payments', error: null, correlation_id: 'c' };
    const made = (_id: string, lease_until: Date) =>
      gateway.store.sweeps.create({ _id, ...sweep, ...more, state: 'running', lease_until });
    await made('silent', new Date(Date.now() - 1));
    expect((await status('admin')).sweep.running, 'its replica is gone').to.equal(false);
    await made('alive', new Date(Date.now() + 60_000));
    expect((await status('admin')).sweep.running).to.equal(true);
    await gateway.store.sweeps.deleteMany({});
  });

  it('tells that doors know not the key that tickets are signed with', async () => {
    const { bindings } = gateway.store;
    const signing = async () => (await status('admin')).parts.find(({ part }: { part: string }) => part === 'signing');
    await bindings.collection.insertOne({ _id: 'signing', kid: '0badcafe' } as never);
    expect(await signing()).to.deep.equal({
      part: 'signing',
      label: 'Ticket key',
      tone: 'bad',
      text: 'Tickets are signed with key 0badcafe, which this gateway does not know: doors refuse them. Its public key belongs into TICKET_PUBLIC_KEYS.',
    });
    const kid = keyId(createPublicKey(gateway.signingKey));
    await bindings.collection.updateOne({ _id: 'signing' as never }, { $set: { kid } });
    expect((await signing()).tone).to.equal('good');
    await bindings.deleteMany({});
  });

  it('tells an organizer what waits of the own events, and nothing of the machinery’s', async () => {
    const body = await status('organizer');
    expect(body).to.deep.include({ status: 'ok', webhook: null, sweep: null, breaker: null });
    expect(Object.keys(tones(body))).to.deep.equal(['bus', 'store']);
    expect(body.waiting).to.deep.equal({
      pending: 0,
      pending_since: null,
      held: 1,
      held_by_reason: { underpaid: 1 },
      mails_owed: 0,
      mails_due_since: null,
      mails_failed: 1,
      mails_no_address: 0,
      dead_letters: null,
    });
  });

  it('tells staff whether store and bus are there, and no counts', async () => {
    const body = await status('staff');
    expect(body).to.deep.include({ status: 'ok', webhook: null, sweep: null, breaker: null, waiting: null });
    expect(Object.keys(tones(body))).to.deep.equal(['bus', 'store']);
  });

  it('answers while the store goes away after the caller was recognised, and says so', async () => {
    const log = createLogger('test', 'silent');
    const store = openStore({ uri: 'mongodb://127.0.0.1:1/nobody', log, name: 'test', selectionTimeoutMs: 200 });
    const one = { store, bus: gateway.parts.bus, doorKeys: [], version: '1' };
    try {
      const body = await readStatus(one, { id: 1, role: 'admin', club_id: null }, new Date());
      expect(body).to.deep.include({ status: 'failing', message: 'Store: Does not answer.', store: 'down', bus: 'up' });
      expect(body).to.deep.include({ webhook: null, waiting: null });
    } finally {
      await store.close();
    }
  });

  it('answers while NATS is away, with the bus marked as down', async () => {
    const nats = await startPrivateNats();
    const alone = await startTestGateway({ env: { NATS_URL: nats.url } });
    try {
      await connected(alone, true);
      await nats.stop();
      await connected(alone, false);
      const { status, body } = await alone.ask('admin', 'GET', '/api/system/status');
      expect(status).to.equal(200);
      expect(body).to.include({ bus: 'down', store: 'up', status: 'failing' });
      expect(body.message).to.match(/^Bus: Cannot be reached/);
      expect(tones(body)).to.include({ bus: 'bad', store: 'good', breaker: 'good' });
      expect(body.waiting.held, 'what is in the store is told all the same').to.equal(0);
    } finally {
      await alone.stop();
    }
  });
});
