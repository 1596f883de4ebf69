/** The schedule that replicas share, and the watermark that nothing but a complete sweep moves (P6, P7). */
import { expect } from 'chai';
import type { SweepDoc } from '../../../shared/store/documents.ts';
import { MOMENT } from '../../../test/patience.ts';
import { startTicketing } from '../../ticketing/app.ts';
import { loadTicketingConfig } from '../../ticketing/config.ts';
import type { IngestOptions } from '../app.ts';
import { clearStage, listenIn, type Stage, setStage, student, until } from '../test/stage.ts';
import { startHeartbeat } from './heartbeat.ts';
import { claimSchedule, completeSchedule, ensureSchedule, renewLease } from './schedule.ts';

const now = () => Math.floor(Date.now() / 1_000);

describe('the schedule', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(clearStage);

  const schedule = async () => {
    const doc = await stage.store.schedules.findById('sweep').lean();
    if (!doc) throw new Error('there is no schedule');
    return doc;
  };
  const sweeps = (filter: object = {}) => stage.store.sweeps.find(filter).sort({ started_at: 1 }).lean<SweepDoc[]>();
  const scheduled = (env: NodeJS.ProcessEnv = {}, options: IngestOptions = {}) =>
    stage.ingest({ SWEEP_INTERVAL: '1h', ...env }, { schedule: true, ...options });
  const pay = (created_at = now() - 600) =>
    stage.control<{ id: string }>('payments', { amount: 100, notes: student(), created_at });
  const ended = (state: string) => until(`a sweep that is ${state}`, async () => (await sweeps({ state }))[0]);

  it('runs a sweep at the first start, and moves the watermark to its pinned end', async () => {
    stage.keep(await startTicketing(loadTicketingConfig(stage.ticketingEnv)));
    const { id } = await pay();
    const before = now();
    await scheduled();
    const sweep = await ended('complete');
    expect(sweep).to.include({ kind: 'scheduled', requested_by: null, error: null });
    expect(await stage.store.payments.findById(id).lean()).to.include({ pending: false });
    const { watermark, failures, lease, next_at, last_complete_at } = await until('the watermark', async () => {
      const doc = await schedule();
      return doc.watermark !== null && doc;
    });
    expect(watermark).to.equal(sweep.to).and.be.closeTo(before, MOMENT);
    expect({ failures, lease }).to.deep.equal({ failures: 0, lease: null });
    expect(next_at.getTime()).to.be.closeTo(sweep.started_at.getTime() + 3_600_000, MOMENT * 1_000);
    expect(last_complete_at).to.be.a('date');
  });

  it('catches up after days: from an hour before the last complete sweep', async () => {
    const watermark = now() - 5 * 86_400;
    await ensureSchedule(stage.store);
    await stage.store.schedules.updateOne({ _id: 'sweep' }, { $set: { watermark } });
    await scheduled();
    expect((await ended('complete')).from).to.equal(watermark - 3_600);
  });

  it('goes back to the earliest event at first, and sweeps again when it is due', async () => {
    const created_at = new Date(Date.now() - 40 * 86_400_000);
    await stage.store.events.collection.insertOne({ _id: 1 as never, name: 'x', date: new Date(), created_at });
    await scheduled({ SWEEP_INTERVAL: '1s' });
    const [first, second] = await until('two sweeps', async () => {
      const done = await sweeps({ state: 'complete' });
      return done.length >= 2 && done;
    });
    expect(first?.from).to.equal(Math.floor(created_at.getTime() / 1_000));
    expect(second?.from).to.be.closeTo(now() - 86_400, MOMENT);
  });

  it('does not move the watermark after a failure, counts it and comes back soon', async () => {
    await stage.control('faults', { error_rate: 1, status: 500 });
    await scheduled();
    await ended('failed');
    const { watermark, failures, next_at, lease } = await until('the failure', async () => {
      const doc = await schedule();
      return doc.failures === 1 && doc;
    });
    expect({ watermark, failures, lease }).to.deep.equal({ watermark: null, failures: 1, lease: null });
    expect(next_at.getTime() - Date.now()).to.be.closeTo(60_000, MOMENT * 1_000);
  });

  it('does not move the watermark when a page fails in the middle', async () => {
    // All of one second, so that the list has to be paged by `skip`.
    const second = now() - 600;
    for (let n = 0; n < 101; n++) await pay(second);
    stage.keep(await startTicketing(loadTicketingConfig(stage.ticketingEnv)));
    await stage.control('faults', { fail_page: { path: '/v1/payments', skip: 100 } });
    await scheduled();
    const sweep = await ended('failed');
    expect(sweep.counts.published).to.equal(100);
    expect((await schedule()).watermark).to.equal(null);
  });

  it('does not move the watermark while what it saw is not stored, and loses nothing once ticketing is back', async () => {
    const { id } = await pay();
    const listening = listenIn(stage);
    await scheduled({ SWEEP_INTERVAL: '1s' }, { stuckAfterMs: 200 });
    expect((await ended('failed')).error).to.contain('not stored');
    expect((await schedule()).watermark).to.equal(null);
    await until('what was published is on the bus', async () =>
      listening.observations().some(({ payment_id }) => payment_id === id),
    );
    // What the broker had is gone: acknowledged by somebody who stored nothing.
    stage.keep(await startTicketing(loadTicketingConfig(stage.ticketingEnv)));
    await ended('complete');
    expect(await stage.store.payments.findById(id).lean()).to.not.equal(null);
  });

  it('looks once a day at the refunds of a month, and does not take a cut look for one', async () => {
    const refundsFrom = () =>
      stage.simulator.account.calls
        .shown()
        .recent.flatMap(({ url }) => /^\/v1\/refunds\?.*\bfrom=(\d+)/.exec(url)?.[1] ?? [])
        .map(Number);
    await stage.control('faults', { error_rate: 1, status: 500, at: { route: '/v1/refunds' } });
    await scheduled({ SWEEP_INTERVAL: '1s' });
    const month = (await ended('failed')).from ?? 0;
    expect(refundsFrom()[0]).to.be.closeTo(month - 30 * 86_400, MOMENT);
    expect((await schedule()).refunds_to).to.equal(undefined);
    await stage.control('faults', { error_rate: 0, at: null });
    const [first, second] = await until('two sweeps', async () => {
      const done = await sweeps({ state: 'complete' });
      return done.length >= 2 && done;
    });
    expect((await schedule()).refunds_to).to.equal(first?.to);
    expect(refundsFrom()).to.include((second?.from ?? 0) as number);
    await stage.store.schedules.updateOne({ _id: 'sweep' }, { $set: { refunds_to: now() - 86_401 } });
    await until('the next day’s look', async () => ((await schedule()).refunds_to ?? 0) > now() - 60);
  });

  it('goes on at once where a clock that was ahead has planned the next sweep far off', async () => {
    await ensureSchedule(stage.store);
    const ahead = new Date(Date.now() + 30 * 86_400_000);
    const lease = { token: 'dead', until: ahead };
    await stage.store.schedules.updateOne(
      { _id: 'sweep' },
      { $set: { next_at: ahead, last_complete_at: ahead, lease } },
    );
    await scheduled();
    const { started_at } = await ended('complete');
    const { next_at } = await until('the schedule', async () => {
      const doc = await schedule();
      return doc.lease === null && doc;
    });
    expect(next_at.getTime()).to.be.closeTo(started_at.getTime() + 3_600_000, MOMENT * 1_000);
  });

  it('lets one of two replicas sweep', async () => {
    await stage.control('faults', { latency_ms: 50 });
    await Promise.all([scheduled(), scheduled()]);
    await ended('complete');
    expect(await sweeps()).to.have.length(1);
  });

  it('gives the lease to one of many at the same moment', async () => {
    await ensureSchedule(stage.store);
    const claims = await Promise.all(Array.from({ length: 16 }, () => claimSchedule(stage.store, 3_600_000)));
    expect(claims.filter((claim) => claim !== null)).to.have.length(1);
  });

  it('lets a replica that lost its lease change nothing, nor call its sweep complete', async () => {
    await ensureSchedule(stage.store);
    const claim = await claimSchedule(stage.store, 3_600_000);
    if (!claim) throw new Error('nothing was due');
    await stage.store.schedules.updateOne({ _id: 'sweep' }, { $set: { lease: { token: 'other', until: new Date() } } });
    const done = { watermark: 5, refundsTo: 5, qrCodes: new Map(), startedAt: new Date(), intervalMs: 1_000 };
    expect(await renewLease(stage.store, claim.token)).to.equal(false);
    expect(await completeSchedule(stage.store, claim, done)).to.equal(false);
    expect(await schedule()).to.deep.include({ watermark: null, failures: 0 });
  });

  it('interrupts a sweep whose lease was taken over', async () => {
    await stage.control('faults', { latency_ms: 150 });
    await scheduled();
    await until('it runs', async () => (await sweeps({ state: 'running' }))[0]);
    await stage.store.schedules.updateOne(
      { _id: 'sweep' },
      { $set: { lease: { token: 'other', until: new Date(Date.now() + 60_000) } } },
    );
    expect((await ended('interrupted')).error).to.contain('lease');
    expect(await schedule()).to.deep.include({ watermark: null });
  });

  it('hands a sweep on at a tidy stop: interrupted, and the next replica goes on at once', async () => {
    await stage.control('faults', { latency_ms: 200 });
    const first = await scheduled();
    await until('it runs', async () => (await sweeps({ state: 'running' }))[0]);
    const started = Date.now();
    await first.stop();
    expect(Date.now() - started).to.be.below(9_000);
    expect((await sweeps())[0]).to.include({ state: 'interrupted' });
    const { watermark, lease, failures, next_at } = await schedule();
    expect({ watermark, lease, failures }).to.deep.equal({ watermark: null, lease: null, failures: 0 });
    expect(next_at.getTime()).to.be.at.most(Date.now());
    await stage.control('faults', { latency_ms: 0 });
    await scheduled();
    await ended('complete');
  });

  it('calls the sweep of a replica that died interrupted, and takes over once its lease is past', async () => {
    await ensureSchedule(stage.store);
    const past = new Date(Date.now() - 1);
    await stage.store.schedules.updateOne({ _id: 'sweep' }, { $set: { lease: { token: 'dead', until: past } } });
    await stage.store.sweeps.collection.insertOne({
      _id: 'died' as never,
      kind: 'scheduled',
      state: 'running',
      lease_until: past,
    });
    await scheduled();
    expect(await ended('interrupted')).to.include({ _id: 'died' });
    await ended('complete');
    const trail = await stage.store.activities.findOne({ subject: 'sweep:died' }).lean();
    expect(trail?.action).to.equal('sweep.ended');
  });

  it('remembers how far each QR code was seen', async () => {
    const code = await stage.control<{ id: string }>('qr_codes', {});
    await stage.store.events.collection.insertOne({
      _id: 1 as never,
      date: new Date(),
      ends_at: null,
      razorpay_qr_id: code.id,
      created_at: new Date(),
    });
    await scheduled();
    const sweep = await ended('complete');
    const { qr_codes } = await until('the watermark', async () => {
      const doc = await schedule();
      return doc.watermark !== null && doc;
    });
    expect(qr_codes).to.deep.equal({ [code.id]: sweep.to });
  });
});

describe('the heartbeat of a sweep', () => {
  const silent = { warn: () => undefined } as never;

  it('gives up before others may take over, when its lease cannot be renewed', async () => {
    let away = false;
    const renew = async () => {
      if (away) throw new Error('the store is away');
      return true;
    };
    // 5 s before the lease's end: with a lease of 6 s, after one.
    const heart = startHeartbeat({ renew, progress: renew }, new AbortController().signal, silent, 6_000, 200);
    try {
      away = true;
      await until('it gives up', async () => heart.signal.aborted);
      expect((heart.signal.reason as Error).message).to.contain('could not renew');
    } finally {
      heart.stop();
    }
  });

  it('ends the sweep at once when the lease is somebody else’s', async () => {
    const heart = startHeartbeat(
      { renew: async () => false, progress: async () => false },
      new AbortController().signal,
      silent,
    );
    const error = await heart.renew().catch((caught: unknown) => caught);
    expect(error).to.be.an('error').with.property('message').that.contains('lost its lease');
    expect(heart.signal.aborted).to.equal(true);
    heart.stop();
  });
});
