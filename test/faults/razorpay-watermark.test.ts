/** P7: a scheduled sweep that is cut short or limited moves nothing, and the next one covers the same ground. */
import { expect } from 'chai';
import type { SweepDoc } from '../../shared/store/documents.ts';
import { startWorld, until, type World } from '../world.ts';
import { type Books, inTime, nowSeconds, quietBooks, WELL } from './books.ts';
import { measured } from './metrics.ts';

const DAY = 86_400;
const HOUR = 3_600;

describe('the watermark while Razorpay fails', () => {
  let world: World;
  let books: Books;
  before(async function () {
    this.timeout(120_000);
    const env = { SWEEP_INTERVAL: '1s', SWEEP_WINDOW: '1m' };
    world = await startWorld(env, { ingest: { timeoutMs: 200, retry: { tries: 2, baseMs: 5, maxMs: 20 } } });
    books = quietBooks(world);
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
  });
  after(async () => world?.stop());
  afterEach(() => world.razorpay.control('/faults', WELL));

  const schedule = () => world.store.schedules.findById('sweep').lean();
  const since = (started_at: Date, state: SweepDoc['state']) =>
    world.store.sweeps
      .find({ kind: 'scheduled', state, started_at: { $gte: started_at } })
      .sort({ started_at: 1 })
      .lean<SweepDoc[]>();
  const ended = (state: SweepDoc['state'], after: Date) =>
    until(
      async () => (await since(after, state))[0],
      (found) => found !== undefined,
      `a sweep that is ${state}`,
      60_000,
    ) as Promise<SweepDoc>;

  /** Days without a complete sweep, and payments all along; then each sweep fails so. `listed`: payments in its window. */
  async function cut(fault: (listed: number) => Record<string, unknown>, reason: RegExp) {
    await world.razorpay.control('/faults', { ...WELL, error_rate: 1, status: 500 });
    await ended('failed', new Date());
    const watermark = nowSeconds() - 3 * DAY;
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { watermark } });
    const paid = await Promise.all([
      books.pay({ created_at: watermark - HOUR + 60 }),
      books.pay({ created_at: watermark + 60 }),
      books.pay({ created_at: nowSeconds() - DAY }),
      books.pay(),
    ]);
    const { payments } = world.razorpay.simulator.account.ledger;
    const listed = [...payments.values()].filter(({ created_at }) => created_at >= watermark - HOUR).length;
    await world.razorpay.control('/faults', { ...WELL, ...fault(listed) });
    const cutAt = new Date();
    // On a loaded machine one may fail earlier, by an answer that came too late.
    const sweep = (await until(
      async () => (await since(cutAt, 'failed')).find(({ error }) => reason.test(error ?? '')),
      (found) => found !== undefined,
      `a sweep that fails by ${reason}`,
      60_000,
    )) as SweepDoc;
    expect(sweep.from, 'it looks back to an hour before the watermark').to.equal(watermark - HOUR);
    expect((await schedule())?.watermark, 'which stays').to.equal(watermark);
    expect(await since(cutAt, 'complete')).to.deep.equal([]);
    const { opsPort } = world.ingest;
    expect((await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status, 'webhooks are still taken').to.equal(200);
    const counted = await measured(opsPort, 'qrflow_sweeps_total', 'kind="scheduled"', 'state="failed"');
    expect(counted).to.be.at.least(1);
    await until(
      () => measured(opsPort, 'qrflow_sweep_failures_in_a_row'),
      (failures) => failures >= 1,
      'failures in a row',
    );
    const [latest] = (await world.api('GET', '/api/sweeps?limit=1')).body;
    expect(latest.state).to.be.oneOf(['failed', 'running']);
    await world.razorpay.control('/faults', WELL);
    // It may have begun before, and asked only after.
    const whole = await ended('complete', cutAt);
    expect(whole.from, 'the next one covers the same ground').to.be.at.most(watermark - HOUR);
    const there = await world.store.payments.countDocuments({ _id: { $in: paid } });
    expect(there, 'and finds all').to.equal(paid.length);
    await until(
      schedule,
      (doc) => (doc?.watermark ?? 0) >= (whole.to ?? 0) && doc?.failures === 0,
      'only now it moves',
    );
    for (const id of paid) await world.settled(id, 'ticketed');
  }

  it('stays when a later page is refused with 429', () =>
    cut(() => ({ error_rate: 1, status: 429, at: { route: '/v1/payments', after: 1 } }), /429/)).timeout(180_000);

  it('stays under a rate limit that lets only the first calls through', () =>
    cut(() => ({ rate_limit_per_s: 1 }), /429/)).timeout(180_000);

  it('stays when a page comes again and again', () =>
    cut((listed) => ({ repeat_page: { skip: listed, path: '/v1/payments' } }), /inconsistent/)).timeout(180_000);

  it('stays when a list comes back empty although the store knows better', async () => {
    const id = await books.pay({ created_at: nowSeconds() - DAY });
    await inTime(() => world.api('POST', '/api/payments/sync', { payment_id: id }));
    await world.settled(id, 'ticketed');
    await world.store.payments.updateOne({ _id: id }, { $set: { first_seen_at: new Date(Date.now() - HOUR * 1_000) } });
    // As the books were an hour ago: empty.
    await cut(() => ({ list_lag_ms: HOUR * 1_000 }), /leaves out payments that Razorpay has/);
  }).timeout(180_000);
});
