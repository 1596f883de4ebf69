/**
 * Three days without ingest, then one sweep catches up under a rate limit: it slows down and finishes, its memory stays
 * flat, it says how far it is, and killed in the middle the next one does the rest. Ingest is a process of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { PaymentDoc, SweepDoc } from '../../shared/store/documents.ts';
import { scaled } from '../profile.ts';
import { type Measured, megabytes, startMeasured } from '../soak/measured.ts';
import { startWorld, until, type World } from '../world.ts';
import { attempts, refund } from './books.ts';

const PAYMENTS = scaled({ quick: 1_300, long: 13_000 });
const REFUNDS = scaled({ quick: 200, long: 2_000 });
/** The quick one's seconds are shorter. */
const CALLS_PER_SECOND = scaled({ quick: 20, long: 5 });
const WITHIN_MS = scaled({ quick: 240_000, long: 3_600_000 });
const DAYS = 3 * 86_400;
/** What is published and not stored yet, and an id for each payment; the rest is warming up. */
const HEAP_BYTES = 4 * 1_048_576 + 400 * PAYMENTS;
const SAMPLE_MS = 1_000;

describe('an outage of three days', () => {
  let world: World;
  const running: Measured[] = [];

  before(async function () {
    this.timeout(120_000);
    world = await startWorld({ RECOVERY_INTERVAL: '60s' });
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    await until(schedule, (found) => found?.watermark !== null && found?.lease === null, 'the first sweep', 30_000);
    await world.ingest.stop();
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ exit }) => exit));
    await world?.stop();
  });

  const schedule = () => world.store.schedules.findById('sweep').lean();
  const scheduled = () => world.store.sweeps.find({ kind: 'scheduled' }).sort({ started_at: 1 }).lean();
  const startIngest = async () => {
    const one = await startMeasured('ingest', world.env);
    running.push(one);
    return one;
  };
  const calls = (answer: string, route?: string) =>
    Object.entries(world.razorpay.simulator.account.calls.shown().counts)
      .filter(([of]) => route === undefined || of === route)
      .reduce((sum, [, answers]) => sum + (answers[answer] ?? 0), 0);

  /** Watches the sweep until it has ended: its heap, and what can be seen of it from outside. */
  async function watch(ingest: Measured, id: string) {
    const heaps: number[] = [];
    const seen = { api: 0, metric: 0 };
    const end = Date.now() + WITHIN_MS;
    for (;;) {
      const sweep = (await world.store.sweeps.findById(id).lean()) as SweepDoc;
      if (sweep.state !== 'running' || Date.now() > end) return { heaps, seen, sweep };
      heaps.push((await ingest.held()).heap);
      const { body } = await world.api('GET', `/api/sweeps/${id}`);
      if (body.state === 'running') seen.api = Math.max(seen.api, body.counts.fetched);
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
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { watermark: since, next_at: new Date() } });

    const first = await startIngest();
    const third = Math.ceil(PAYMENTS / 100 / 3);
    const pages = () => calls('200', 'GET /v1/payments');
    const begun = pages();
    await until(pages, (read) => read > begun + third, 'a third of the pages', 60_000);
    first.child.kill('SIGKILL');
    await first.exit;
    expect((await schedule())?.watermark, 'only the end moves the watermark').to.equal(since);
    // Those seen already change meanwhile.
    refund(account, paid.toReversed(), REFUNDS / 2);
    // A minute later.
    const past = new Date(Date.now() - 1_000);
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { 'lease.until': past } });
    await world.store.sweeps.updateMany({ state: 'running' }, { $set: { lease_until: past } });
    const kept = await world.store.payments.countDocuments();
    expect(kept, 'something was done before the kill').to.be.above(0);

    const second = await startIngest();
    const [killed, resumed] = (
      await until(scheduled, (found) => found.length === before + 2, 'another sweep', 60_000)
    ).slice(-2);
    const { heaps, seen, sweep } = await watch(second, resumed?._id ?? '');
    const said = `${sweep.state}, ${sweep.step}, ${sweep.error}: ${JSON.stringify(sweep.counts)}`;
    expect(sweep.state, said).to.equal('complete');
    expect((await world.store.sweeps.findById(killed?._id).lean())?.state).to.equal('interrupted');
    expect((await schedule())?.watermark).to.equal(sweep.to);
    expect(sweep.counts.fetched, said).to.equal(PAYMENTS);
    expect(sweep.counts.missing, 'what is stored is found, not published anew').to.be.at.most(PAYMENTS - kept);

    // Everything is there, as Razorpay has it.
    await until(
      async () => {
        await sleep(500);
        return world.store.payments.countDocuments({ pending: false });
      },
      (done) => done === PAYMENTS,
      'all settled',
      WITHIN_MS,
    );
    const stored = await world.store.payments
      .find({}, { 'payment.value': 1, refunds: 1, outcome: 1 })
      .lean<PaymentDoc[]>();
    const expected = { captured: 'ticketed', refunded: 'revoked', failed: 'awaiting' } as Record<string, string>;
    const wrong = stored.filter(({ _id, payment, outcome, refunds }) => {
      const { status, amount_refunded } = account.ledger.payment(_id);
      const same = payment?.value.status === status && payment.value.amount_refunded === amount_refunded;
      return !same || outcome?.kind !== expected[status] || (status === 'refunded') !== (refunds !== undefined);
    });
    expect(wrong.length, JSON.stringify(wrong[0])).to.equal(0);
    expect(stored.filter(({ outcome }) => outcome?.kind === 'revoked')).to.have.length(REFUNDS);

    // It was slowed down, not stopped, and asked by id for few.
    expect(calls('429'), 'answers of 429').to.be.above(0);
    expect(sweep.counts.calls - sweep.counts.pages, said).to.be.at.most(400 + sweep.counts.pages);

    expect(seen.api, 'GET /api/sweeps/{id} while it runs').to.be.above(0);
    expect(seen.metric, 'its gauge').to.be.above(0);
    const tookMs = (sweep.ended_at?.getTime() ?? 0) - sweep.started_at.getTime();
    if (tookMs > 15_000) expect(second.lines.some(({ msg }) => msg === 'sweep: so far')).to.equal(true);
    const shown = heaps.map(megabytes).join(', ');
    if (process.env.TEST_SHOW) console.log(`${tookMs} ms; ${said}; ${shown}`);
    expect(Math.max(...heaps) - (heaps[0] ?? 0), shown).to.be.below(HEAP_BYTES);
  }).timeout(2 * WITHIN_MS);
});
