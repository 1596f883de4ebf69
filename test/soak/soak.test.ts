/**
 * The whole system as processes, payment after payment: nothing grows with what was handled. Webhooks over HTTP, mails
 * over SMTP; also duplicates, failures before success, refunds and payments that are not ours.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { inParallel } from '../../services/ingest/sweep/in-parallel.ts';
import { scaled } from '../profile.ts';
import { type Json, startWorld, student, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { growsSteadily } from './growth.ts';
import { type Measured, megabytes, startMeasured } from './measured.ts';
import type { Held } from './probe.ts';

const PAYMENTS = scaled({ quick: 2_000, long: 20_000 });
const STRETCHES = 4;
const EACH = PAYMENTS / STRETCHES;
const AT_ONCE = 16;
const SERVICES = ['gateway', 'ingest', 'ticketing'] as const;

describe('a soak of the whole system', () => {
  let world: World;
  const services = {} as Record<(typeof SERVICES)[number], Measured>;

  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
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
  });
  after(async () => {
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

  /** The nth payment, from first word to last. One in twenty is refunded, one in ten told twice, one in fifty not ours. */
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

  /** Everything is done: settled, mailed and told. */
  const idle = () =>
    until(
      async () => {
        // Looking costs the store work that it needs for the payments.
        await sleep(500);
        return left();
      },
      ({ payments, mails, trail }) => payments + mails + trail === 0,
      'nothing left to do',
      scaled({ quick: 180_000, long: 900_000 }),
    );
  const left = async () => ({
    payments: seen - (await world.store.payments.countDocuments({ pending: false })),
    mails: await world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
    trail: await world.store.mails.countDocuments({ 'trail.at': { $exists: true } }),
  });
  let seen = 0;

  async function busHolds() {
    const [, monitor] = /http: "([^"]+)"/.exec(await readFile(join(world.nats.dir, 'nats.conf'), 'utf8')) ?? [];
    const answer = (await (await fetch(`http://${monitor}/connz?subs=1`)).json()) as Json;
    return Object.fromEntries(
      answer.connections.map((one: Json) => [one.name, (one.subscriptions_list ?? []).filter(lasting).length]),
    );
  }
  /** A pull's own inbox comes and goes with it. */
  const lasting = (subject: string) => !subject.startsWith('_INBOX.');

  it(`${PAYMENTS} payments later memory, handles and connections are what they were`, async () => {
    const heaps = Object.fromEntries(SERVICES.map((name) => [name, [] as number[]]));
    let first: { handles: Record<string, Held['handles']>; bus: object } | undefined;
    const holds = async () => {
      const handles: Record<string, Held['handles']> = {};
      for (const name of SERVICES) handles[name] = (await services[name].held()).handles;
      return { handles, bus: await busHolds() };
    };
    for (let stretch = 0; stretch < STRETCHES; stretch++) {
      const turns = Array.from({ length: EACH }, (_, n) => stretch * EACH + n);
      await inParallel(turns, AT_ONCE, live);
      seen += EACH;
      await idle();
      world.mails.clear();
      for (const name of SERVICES) heaps[name]?.push((await services[name].held()).heap);
      first ??= await holds();
    }
    const shown = SERVICES.map((name) => `${name}: ${heaps[name]?.map(megabytes).join(', ')}`).join('; ');
    if (process.env.TEST_SHOW) console.log(shown, JSON.stringify(first));
    for (const name of SERVICES)
      expect(growsSteadily(heaps[name] ?? [], EACH), `${name} grows: ${shown}`).to.equal(false);
    await until(
      holds,
      (now) => JSON.stringify(now) === JSON.stringify(first),
      `what was open: ${JSON.stringify(first)}; it`,
      60_000,
    );
    const failed = await world.store.mails.countDocuments({ state: { $nin: ['sent', 'cancelled'] } });
    expect(failed, 'mails not sent').to.equal(0);
  }).timeout(scaled({ quick: 400_000, long: 3_600_000 }));
});
