/**
 * Three days without ingest, then one sweep catches up under a rate limit: it slows down and finishes, its memory stays
 * flat, it says how far it is, and killed in the middle the next one does the rest. Services are processes of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { PaymentDoc, SweepDoc } from '../../shared/store/documents.ts';
import { scaled } from '../profile.ts';
import { startPrivateMongo, withDatabase } from '../servers.ts';
import { type Measured, megabytes, startMeasured } from '../soak/measured.ts';
import { sweepEnd } from '../sweep-end.ts';
import { startWorld, until, type World } from '../world.ts';
import { attempts, refund } from './books.ts';

const PAYMENTS = scaled({ quick: 1_300, long: 13_000 });
const REFUNDS = scaled({ quick: 200, long: 2_000 });
/** The quick run's limit is a little higher, to save seconds; still so low that the sweep lasts, and speaks in the log. */
const CALLS_PER_SECOND = scaled({ quick: 8, long: 5 });
const WITHIN_MS = scaled({ quick: 900_000, long: 3_600_000 });
const DAYS = 3 * 86_400;
const PAGE = 100;
const MB = 1_048_576;
/** While it runs: what is published and not stored yet, and ids of all it saw. A list entry is some kilobytes. */
const RUNNING_BYTES = 4 * MB + 500 * PAYMENTS;
/** Afterwards all that is let go: what is left is warm code. A sweep that kept what it published would hold a kilobyte a payment more. */
const KEPT_BYTES = scaled({ quick: 2, long: 3 }) * MB;
const SAMPLE_MS = 1_000;

describe('an outage of three days', () => {
  let world: World;
  let ticketing: Measured;
  const running: Measured[] = [];

  before(async function () {
    this.timeout(300_000);
    // A database this large takes long to drop.
    const mongo = await startPrivateMongo();
    world = await startWorld({ RECOVERY_INTERVAL: '60s' }, { mongoUri: withDatabase(mongo.url, 'qrflow') });
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    await until(schedule, (found) => found?.watermark !== null && found?.lease === null, 'the first sweep', 120_000);
    await Promise.all([world.ingest.stop(), world.ticketing.stop()]);
    ticketing = await start('ticketing');
  });
  after(async function () {
    this.timeout(60_000);
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ exit }) => exit));
    await world?.stop();
  });

  async function start(service: string): Promise<Measured> {
    const one = await startMeasured(service, world.env);
    running.push(one);
    return one;
  }
  const schedule = () => world.store.schedules.findById('sweep').lean();
  const scheduled = () => world.store.sweeps.find({ kind: 'scheduled' }).sort({ started_at: 1 }).lean();
  const due = (change: object) =>
    world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date(), ...change } });
  const newSweep = async (known: number) =>
    (await until(scheduled, (found) => found.length > known, 'another sweep', 60_000)).at(-1) as SweepDoc;

  /** Calls that Razorpay answered so; `route` is one as `/control/calls` writes it. */
  const calls = (answer: string, route?: string) =>
    Object.entries(world.razorpay.simulator.account.calls.shown().counts)
      .filter(([of]) => route === undefined || of === route)
      .reduce((sum, [, answers]) => sum + (answers[answer] ?? 0), 0);

  /** Watches the sweep until it has ended: what it holds, and what can be seen of it from outside. */
  async function watch(ingest: Measured, id: string) {
    const held: number[] = [];
    const seen = { api: 0, metric: 0 };
    const end = Date.now() + WITHIN_MS;
    for (;;) {
      const sweep = (await world.store.sweeps.findById(id).lean()) as SweepDoc;
      if (sweep.state !== 'running' || Date.now() > end) return { held, seen, sweep };
      held.push((await ingest.held()).bytes);
      const { body } = await world.api('GET', `/api/sweeps/${id}`);
      if (body.state === 'running') seen.api = Math.max(seen.api, body.fetched);
      const metrics = await (await fetch(`http://127.0.0.1:${ingest.opsPort}/metrics`)).text();
      const [, value] = /^qrflow_sweep_progress_payments\{[^}]*kind="scheduled"[^}]*\} (\d+)/m.exec(metrics) ?? [];
      seen.metric = Math.max(seen.metric, Number(value ?? 0));
      await sleep(SAMPLE_MS);
    }
  }

  it(`${PAYMENTS} payments and ${REFUNDS} refunds are caught up with at ${CALLS_PER_SECOND} calls/s, also after a kill`, async () => {
    const { account } = world.razorpay.simulator;
    const since = account.clock.seconds() - DAYS;
    const paid = attempts(account, since, PAYMENTS);
    refund(account, paid, REFUNDS / 2);
    account.setFaults({ rate_limit_per_s: CALLS_PER_SECOND });
    const before = (await scheduled()).length;
    const begun = calls('200', 'GET /v1/payments');
    await due({ watermark: since });

    const first = await start('ingest');
    const third = Math.ceil(PAYMENTS / PAGE / 3);
    await until(
      () => calls('200', 'GET /v1/payments') - begun,
      (read) => read > third,
      'a third of the pages',
      WITHIN_MS,
    );
    first.child.kill('SIGKILL');
    await first.exit;
    const killed = (await scheduled()).at(-1);
    expect(killed?.state).to.equal('running');
    expect((await schedule())?.watermark, 'only the end moves the watermark').to.equal(since);
    // Some of what was seen already changes meanwhile, as lists are newest first.
    refund(account, paid.toReversed(), REFUNDS / 2);
    const published = (third - 1) * (PAGE - 1);
    const kept = await until(
      () => world.store.payments.countDocuments(),
      (stored) => stored >= published,
      'what was published before the kill is stored',
      WITHIN_MS,
    );

    // A minute later: until then nobody knows that it is dead.
    const past = new Date(Date.now() - 1_000);
    await world.store.sweeps.updateMany({ state: 'running' }, { $set: { lease_until: past } });
    await due({ 'lease.until': past, next_at: new Date(Date.now() + 3_600_000) });
    const second = await start('ingest');
    // Warm by the first hour of it, so that what it holds from here on is the catching up's.
    const asked = await world.api('POST', '/api/payments/sync', { from: since, to: since + 3_600 });
    const warm = await sweepEnd(world, asked);
    expect(warm, JSON.stringify(warm)).to.include({ complete: true });
    const idle = (await second.held()).bytes;
    const called = { ok: calls('200'), limited: calls('429') };
    await due({});
    const resumed = await newSweep(before + 1);
    const { held, seen, sweep } = await watch(second, resumed._id);
    const said = `${sweep.state}, ${sweep.step}, ${sweep.error}: ${JSON.stringify(sweep.counts)}`;
    expect(sweep.state, said).to.equal('complete');
    expect((await world.store.sweeps.findById(killed?._id).lean())?.state).to.equal('interrupted');
    expect((await schedule())?.watermark).to.equal(sweep.to);
    expect(sweep.counts.fetched, said).to.equal(PAYMENTS);
    expect(sweep.counts.missing, 'what is stored is found, not published anew').to.be.at.most(PAYMENTS - kept);

    // It was slowed down, not stopped, and asked by id for few.
    const ok = calls('200') - called.ok;
    expect(calls('429') - called.limited, 'answers of 429').to.be.above(0);
    expect(ok - sweep.counts.pages, said).to.be.at.most(450);

    // It said how far it was.
    expect(seen.api, 'GET /api/sweeps/{id} while it runs').to.be.above(0);
    expect(seen.metric, 'its gauge').to.be.above(0);
    const told = second.lines.filter(({ msg, kind }) => msg === 'sweep: so far' && kind === 'scheduled');
    expect(told.length, 'lines in the log').to.be.above(0);

    // Everything is there, as Razorpay has it.
    await until(
      async () => {
        await sleep(300);
        return world.store.payments.countDocuments({ pending: true });
      },
      (pending) => pending === 0,
      'all settled',
      WITHIN_MS,
    );
    const stored = await world.store.payments
      .find({}, { 'payment.value': 1, refunds: 1, outcome: 1 })
      .lean<PaymentDoc[]>();
    expect(stored).to.have.length(PAYMENTS);
    const expected = { captured: 'ticketed', refunded: 'revoked', failed: 'awaiting' } as Record<string, string>;
    const wrong = stored.filter(({ _id, payment, outcome, refunds }) => {
      const { status, amount_refunded } = account.ledger.payment(_id);
      const same = payment?.value.status === status && payment.value.amount_refunded === amount_refunded;
      return !same || outcome?.kind !== expected[status] || (status === 'refunded') !== (refunds !== undefined);
    });
    expect(wrong.length, JSON.stringify(wrong[0])).to.equal(0);
    expect(stored.filter(({ outcome }) => outcome?.kind === 'revoked')).to.have.length(REFUNDS);

    // It held on to nothing.
    const afterwards = (await second.held()).bytes;
    const shown = `${megabytes(idle)} before, ${held.map(megabytes).join(', ')}, ${megabytes(afterwards)} afterwards`;
    const tookMs = (sweep.ended_at?.getTime() ?? 0) - sweep.started_at.getTime();
    if (process.env.TEST_SHOW)
      console.log(
        `${tookMs} ms, ${ok} calls, ${calls('429') - called.limited} 429s; kept ${kept}; ${said}; ${shown}`,
        seen,
      );
    expect(Math.max(...held) - idle, shown).to.be.below(RUNNING_BYTES);
    expect(afterwards - idle, shown).to.be.below(KEPT_BYTES);
    expect(ticketing.errors() + second.errors(), 'warnings').to.equal('');
  }).timeout(2 * WITHIN_MS);
});
