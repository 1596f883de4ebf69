/**
 * The whole system as processes, payment after payment: nothing grows with what was handled. Webhooks over HTTP, mails
 * over SMTP, organisers and the door at the gateway; also duplicates, failures, refunds and payments that are not ours.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { inParallel } from '../../shared/in-parallel.ts';
import type { AttendeeDoc } from '../../shared/store/documents.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { scaled } from '../profile.ts';
import { startPrivateMongo, withDatabase } from '../servers.ts';
import { type Json, startWorld, student, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { growsSteadily, more } from './growth.ts';
import { type Measured, megabytes, startMeasured } from './measured.ts';

const PAYMENTS = scaled({ quick: 2_000, long: 20_000 });
const STRETCHES = 5;
const EACH = PAYMENTS / STRETCHES;
/** So many come in before all is waited for: the stand-in for MongoDB takes a mail ever more slowly the more are owed. */
const WAVE = 400;
const AT_ONCE = 16;
const SERVICES = ['gateway', 'ingest', 'ticketing'] as const;
/** So many are looked at by an organiser and come through the door, when their stretch is done. */
const SHOWN = 40;

describe('a soak of the whole system', () => {
  let world: World;
  const services = {} as Record<(typeof SERVICES)[number], Measured>;

  before(async function () {
    this.timeout(300_000);
    // A database this large takes long to drop.
    const mongo = await startPrivateMongo();
    world = await startWorld({}, { mongoUri: withDatabase(mongo.url, 'qrflow') });
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    // Processes take their place, so that what is measured is theirs alone.
    await Promise.all([world.gateway.stop(), world.ingest.stop(), world.ticketing.stop()]);
    await world.razorpay.control('/webhooks', { url: null });
    const uri = new URL(world.env.MONGODB_URI ?? '');
    // Connections of a peak end soon, so that what is left is what never ends.
    uri.searchParams.set('maxIdleTimeMS', '1000');
    const env = { ...world.env, MONGODB_URI: uri.href, RECOVERY_INTERVAL: '60s' };
    await Promise.all(
      SERVICES.map(async (name) => {
        services[name] = await startMeasured(name, env);
      }),
    );
    world.gateway.port = services.gateway.port;
  });
  after(async function () {
    this.timeout(60_000);
    await Promise.all(Object.values(services).map((one) => one.stop()));
    await world?.stop();
  });

  async function tell(event: string, entity: Json): Promise<void> {
    const { qr_code_id: _unknown, ...payment } = entity;
    const body = JSON.stringify({
      entity: 'event',
      account_id: 'acc_Qa1b2C3d4E5f6G',
      event,
      contains: ['payment'],
      payload: { payment: { entity: payment } },
      created_at: Math.floor(Date.now() / 1_000),
    });
    const { status } = await fetch(`http://127.0.0.1:${services.ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      headers: {
        'X-Razorpay-Event-Id': randomBytes(7).toString('hex'),
        'X-Razorpay-Signature': createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex'),
      },
      body,
    });
    expect(status).to.equal(200);
  }

  /** The nth payment: one in twenty-five fails, one in twenty is refunded, one in ten told twice, one in fifty not ours. */
  async function live(n: number): Promise<void> {
    const foreign = n % 50 === 7;
    const notes = foreign ? { cart: String(n) } : student();
    const payment = await world.pay({ quiet: true, notes, status: n % 25 === 3 ? 'failed' : 'captured' });
    await tell(`payment.${payment.status}`, payment);
    if (payment.status === 'failed') return;
    if (n % 10 === 1) await tell('payment.captured', payment);
    if (n % 20 === 5)
      await tell('refund.processed', { ...payment, status: 'refunded', amount_refunded: payment.amount });
  }

  /** What is still to be done. The dearest look comes last, and mostly not at all. */
  async function left(told: number): Promise<string | null> {
    const { payments, mails } = world.store;
    if (await payments.countDocuments({ pending: true })) return 'payments to settle';
    if (await mails.countDocuments({ state: { $in: ['owed', 'sending'] } })) return 'mails to send';
    if (await mails.countDocuments({ 'trail.at': { $exists: true } })) return 'mails to tell of';
    return (await payments.estimatedDocumentCount()) < told ? 'payments to see' : null;
  }
  const idle = (told: number) =>
    until(
      async () => {
        // Looking costs the store work that it needs for the payments.
        await sleep(300);
        return left(told);
      },
      (todo) => todo === null,
      'nothing left to do',
      scaled({ quick: 900_000, long: 3_600_000 }),
    );

  /** An organiser looks at the payment, and its ticket is scanned at the door, twice. */
  async function show({ ticket, payment_id }: AttendeeDoc): Promise<void> {
    expect((await world.api('GET', `/api/payments/${payment_id}`)).status).to.equal(200);
    const claims = { ticket: ticket.id, event: 1 };
    const scan = { qr_token: await signTicket(claims, readSigningKey(world.env.TICKET_SIGNING_KEY ?? '')) };
    for (const reason of ['ok', 'already_checked_in'])
      expect((await world.api('POST', '/api/checkin/scan', scan)).body.reason).to.equal(reason);
  }
  async function showSome(): Promise<void> {
    const waiting = { live: true, checked_in_at: null };
    const some = await world.store.attendees.find(waiting).limit(SHOWN).lean<AttendeeDoc[]>();
    expect(some).to.have.length(SHOWN);
    await inParallel(some, AT_ONCE, show);
  }

  /** Connections, and subscriptions of each. */
  async function busHolds(): Promise<Record<string, number>> {
    const [, monitor] = /http: "([^"]+)"/.exec(await readFile(join(world.nats.dir, 'nats.conf'), 'utf8')) ?? [];
    const { connections } = (await (await fetch(`http://${monitor}/connz`)).json()) as Json;
    const subscriptions = connections.map((one: Json) => [`subscriptions of ${one.name}`, one.subscriptions]);
    return { connections: connections.length, ...Object.fromEntries(subscriptions) };
  }

  it(`${PAYMENTS} payments later memory, handles and connections are what they were`, async () => {
    const memory = Object.fromEntries(SERVICES.map((name) => [name, [] as number[]]));
    const open = async () => {
      const all: Record<string, Record<string, number>> = { bus: await busHolds() };
      for (const name of SERVICES) all[name] = (await services[name].held()).handles;
      return all;
    };
    let first: Awaited<ReturnType<typeof open>> | undefined;
    for (let stretch = 0; stretch < STRETCHES; stretch++) {
      for (let first = stretch * EACH; first < (stretch + 1) * EACH; first += WAVE) {
        const turns = Array.from({ length: WAVE }, (_, n) => first + n);
        await inParallel(turns, AT_ONCE, live);
        await idle(first + WAVE);
      }
      await showSome();
      world.mails.clear();
      for (const name of SERVICES) memory[name]?.push((await services[name].held()).bytes);
      first ??= await open();
    }
    const shown = SERVICES.map((name) => `${name}: ${memory[name]?.map(megabytes).join(', ')}`).join('; ');
    if (process.env.TEST_SHOW) console.log(shown, JSON.stringify(first), JSON.stringify(await open()));
    for (const name of SERVICES)
      expect(growsSteadily(memory[name] ?? [], EACH), `${name} grows: ${shown}`).to.equal(false);
    await until(
      async () => {
        const now = await open();
        return Object.fromEntries(Object.keys(now).map((who) => [who, more(now[who] ?? {}, first?.[who] ?? {})]));
      },
      (grown) => Object.values(grown).every((kinds) => Object.keys(kinds).length === 0),
      `as much open as after the first stretch, ${JSON.stringify(first)}: what there is more of`,
      60_000,
    );
    for (const name of SERVICES) expect(services[name].errors(), `warnings of ${name}`).to.equal('');
    const unsent = await world.store.mails.countDocuments({ state: { $nin: ['sent', 'cancelled'] } });
    expect(unsent, 'mails not sent').to.equal(0);
  }).timeout(scaled({ quick: 1_800_000, long: 3 * 3_600_000 }));
});
