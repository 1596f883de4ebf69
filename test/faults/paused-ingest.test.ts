/** A replica of ingest that is paused past its lease amid a sweep, and woken: it does no harm. */
import { expect } from 'chai';
import { startWorld, until, type World } from '../world.ts';
import { moreIngest } from './more-replicas.ts';
import { PAST, type Pausing, pausing } from './paused.ts';

describe('a replica of ingest that is paused amid a sweep, past its lease, and woken', () => {
  let world: World;
  let processes: Pausing;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    processes = await pausing(world);
    await world.ingest.stop();
  });
  after(async () => {
    await processes?.close();
    await world?.stop();
  });

  const schedule = () => world.store.schedules.findById('sweep').lean();
  const sweeps = (more: object) => world.store.sweeps.countDocuments({ kind: 'scheduled', ...more });
  /** Until a sweep has ended well, with the next an interval away. */
  const swept = (what: string) =>
    until(
      schedule,
      (now) => now?.lease === null && now.failures === 0 && now.next_at.getTime() > Date.now() + 60_000,
      what,
      60_000,
    );

  it('changes nothing any more: its sweep is interrupted, the watermark the other’s, and they go on taking turns', async () => {
    await world.razorpay.control('/faults', { latency_ms: 4_000 });
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: PAST, failures: 0 } });
    const paused = await processes.start('ingest');
    const cut = await until(
      () => world.store.sweeps.findOne({ kind: 'scheduled', state: 'running' }).lean(),
      (found) => found !== null,
      'a sweep',
      60_000,
    );
    paused.pause();
    await world.razorpay.control('/faults', { latency_ms: 0 });
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { 'lease.until': PAST } });
    await world.store.sweeps.updateOne({ _id: cut?._id as string }, { $set: { lease_until: PAST } });
    const completed = await sweeps({ state: 'complete' });
    world.ingest = await moreIngest(world);
    const before = await swept('the other’s sweep');
    expect(await sweeps({ state: 'complete' })).to.equal(completed + 1);
    paused.wake();
    const end = await until(
      () => paused.lines.find(({ msg }) => msg === 'sweep: ended'),
      (line) => line !== undefined,
      'the end of the paused one',
      60_000,
    );
    expect(end?.state).to.equal('interrupted');
    expect(end?.reason).to.match(/its lease$/);
    expect(await schedule()).to.deep.equal(before);
    expect((await world.store.sweeps.findById(cut?._id).lean())?.state).to.equal('interrupted');

    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date() } });
    const next = await swept('the next sweep');
    expect(next?.watermark).to.be.at.least(before?.watermark as number);
    expect(await paused.ended()).to.equal(0);
    expect(await sweeps({ state: 'complete' })).to.equal(completed + 2);
  }).timeout(180_000);
});
