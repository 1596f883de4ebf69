/**
 * A replica that is paused (SIGSTOP) past its lease, replaced by another, and woken: it does no harm. It is a process of its
 * own, and its clock is 3 s ahead of the others'. Time is moved by putting the stored leases into the past.
 */
import { expect } from 'chai';
import { scaled } from '../profile.ts';
import { listening, type Running, startService } from '../service-process.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { moreIngest, moreTicketing, total } from './more-replicas.ts';

const CLOCK_AHEAD = `data:text/javascript,
  const real = Date;
  globalThis.Date = class Date extends real {
    constructor(...given) { given.length > 0 ? super(...given) : super(real.now() + 3000); }
    static now() { return real.now() + 3000; }
  };`.replaceAll(/\s+/g, ' ');
const PAST = new Date(0);
const PAUSES = scaled({ quick: 3, long: 60 });

describe('a replica that is paused past its lease and woken', () => {
  let world: World;
  let event: { id: number };
  const running: Running[] = [];
  const inside: { stop(): Promise<void> }[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({ RECOVERY_INTERVAL: '1s' });
    event = (await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' })).body;
    await world.ticketing.stop();
  });
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ exit }) => exit));
    await Promise.all(inside.splice(0).map((one) => one.stop()));
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await world?.stop();
  });

  async function start(service: string): Promise<Running & { ops_port: number }> {
    const nodeArgs = ['--import', CLOCK_AHEAD];
    const one = startService(service, { ...world.env, LOG_LEVEL: 'info' }, { nodeArgs });
    running.push(one);
    const { ops_port } = await listening(one);
    return { ...one, ops_port };
  }
  const pay = async () => {
    const notes = student({ event_id: event.id });
    return { id: (await world.pay({ notes })).id as string, email: String(notes.email) };
  };
  /** Ends on SIGTERM once what it had in work is done. */
  const ended = async ({ child, exit }: Running) => {
    child.kill('SIGTERM');
    expect(await exit).to.equal(0);
  };

  it('amid sends: each mail arrives at most once more for its lost lease, and that is counted', async () => {
    const paused = await start('ticketing');
    await world.mails.setFaults({ latency_ms: 6_000 });
    const paid = await Promise.all([pay(), pay(), pay(), pay()]);
    const ids = paid.map(({ id }) => id);
    const mails = (state: string) => world.store.mails.countDocuments({ payment_id: { $in: ids }, state });
    await until(
      () => mails('sending'),
      (sending) => sending === 4,
      'four sends',
      30_000,
    );
    // Into the wait between the mail's last byte and the server's answer.
    const since = performance.now();
    await until(
      () => performance.now() - since,
      (ms) => ms > 500,
    );
    paused.child.kill('SIGSTOP');
    await world.mails.setFaults({ latency_ms: 0 });
    await world.store.mails.updateMany({ state: 'sending' }, { $set: { 'lease.until': PAST } });
    const other = await moreTicketing(world);
    inside.push(other);
    await until(
      () => mails('sent'),
      (sent) => sent === 4,
      'all sent by the other replica',
      60_000,
    );
    const marks = () =>
      world.store.mails
        .find({ payment_id: { $in: ids } })
        .sort({ _id: 1 })
        .lean();
    const before = await marks();
    paused.child.kill('SIGCONT');
    await until(
      () => paused.lines.filter(({ msg }) => String(msg).startsWith('mail: sent after its lease was lost')).length,
      (late) => late === 4,
      'the late answers',
      60_000,
    );
    await ended(paused);
    const lost = await total([other.parts], 'qrflow_mail_leases_lost_total');
    const copies = paid.map(({ email }) => world.mails.summaries({ to: email }).length);
    expect([lost, ...copies]).to.deep.equal([4, 2, 2, 2, 2]);
    // The late one changed nothing: one sent record each, the other's.
    expect(await marks()).to.deep.equal(before);
    expect(before.map(({ unconfirmed }) => unconfirmed)).to.deep.equal([1, 1, 1, 1]);
  }).timeout(120_000);

  it('amid settling, again and again: no refunded payment has a ticket, no other lacks one or has two', async () => {
    const other = await moreTicketing(world);
    inside.push(other);
    const paused = await start('ticketing');
    const all: { id: string; email: string; refunded: boolean }[] = [];
    for (let pause = 0; pause < PAUSES; pause++) {
      const paid = await Promise.all(Array.from({ length: 8 }, pay));
      const ids = paid.map(({ id }) => id);
      await until(
        () => world.store.payments.exists({ _id: { $in: ids }, 'settling.token': { $exists: true } }),
        (found) => found !== null,
        'a settling under way',
      );
      paused.child.kill('SIGSTOP');
      for (const [nth, one] of paid.entries()) {
        if (nth % 2 === 0) await world.razorpay.control(`/payments/${one.id}/refund`, {});
        all.push({ ...one, refunded: nth % 2 === 0 });
      }
      const expire = async () => {
        await world.store.payments.updateMany(
          { _id: { $in: ids }, 'settling.until': { $gt: new Date(Date.now() + 1_000) } },
          { $set: { 'settling.until': PAST, pending_since: PAST } },
        );
        return world.store.payments
          .find({ _id: { $in: ids }, pending: false, 'outcome.kind': { $in: ['ticketed', 'revoked'] } })
          .lean();
      };
      await until(expire, (done) => done.length === 8, 'all settled by the other replica', 60_000);
      paused.child.kill('SIGCONT');
    }
    await ended(paused);
    const live = async () =>
      (
        await Promise.all(
          all.map(async ({ id, refunded }) => ({
            refunded,
            live: await world.store.attendees.countDocuments({ payment_id: id, live: true }),
            pending: (await world.store.payments.findById(id).lean())?.pending,
          })),
        )
      ).filter(({ refunded, live, pending }) => pending || live !== (refunded ? 0 : 1));
    await until(live, (wrong) => wrong.length === 0, 'what was woken did no harm', 60_000);
    for (const { id } of all)
      expect(await world.store.attendees.countDocuments({ payment_id: id }), id).to.be.at.most(1);
  }).timeout(300_000);

  it('amid a sweep: its late writes are refused, the watermark is the other’s, and they go on taking turns', async () => {
    await world.ingest.stop();
    await world.razorpay.control('/faults', { latency_ms: 4_000 });
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: PAST } });
    const paused = await start('ingest');
    const swept = await until(
      () => world.store.sweeps.findOne({ kind: 'scheduled', state: 'running' }).lean(),
      (found) => found !== null,
      'a sweep',
      60_000,
    );
    paused.child.kill('SIGSTOP');
    await world.razorpay.control('/faults', { latency_ms: 0 });
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { 'lease.until': PAST } });
    await world.store.sweeps.updateOne({ _id: swept?._id as string }, { $set: { lease_until: PAST } });
    world.ingest = await moreIngest(world);
    const schedule = () => world.store.schedules.findById('sweep').lean();
    const complete = (more: object = {}) =>
      world.store.sweeps.countDocuments({ kind: 'scheduled', state: 'complete', ...more });
    const before = await until(
      schedule,
      (now) => now?.lease === null && now.next_at > new Date(),
      'the other’s sweep',
      60_000,
    );
    const completed = await complete();
    paused.child.kill('SIGCONT');
    const end = await until(
      () => paused.lines.find(({ msg }) => msg === 'sweep: ended'),
      (line) => line !== undefined,
      'the end of the paused one',
      60_000,
    );
    expect([end?.state, end?.reason]).to.deep.equal(['interrupted', 'it lost its lease']);
    expect(await schedule()).to.deep.equal(before);
    expect(await complete({ _id: swept?._id })).to.equal(0);

    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date() } });
    const next = await until(
      schedule,
      (now) => now?.lease === null && now.next_at.getTime() > Date.now() + 60_000,
      'the next sweep',
      60_000,
    );
    expect(next?.watermark).to.be.at.least(before?.watermark ?? 0);
    await ended(paused);
    expect(await complete()).to.equal(completed + 1);
  }).timeout(180_000);
});
