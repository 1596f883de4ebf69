/**
 * A replica of ticketing that is paused past its leases, replaced by another, and woken: it does no harm. At most one
 * repeated mail a lost lease, and that is counted. Time is moved by putting the stored leases into the past.
 */
import { expect } from 'chai';
import { nanos } from 'nats';
import { Registry } from 'prom-client';
import { claimMail, LEASE_MARGIN_MS, LEASE_MS } from '../../services/ticketing/mail/claim.ts';
import { sendOne } from '../../services/ticketing/mail/send-one.ts';
import { createTicketingMetrics } from '../../services/ticketing/metrics.ts';
import { readSender } from '../../services/ticketing/sender.ts';
import { readSigningKey } from '../../shared/ticket/token.ts';
import { scaled } from '../profile.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { asOperator, unacked } from './broker.ts';
import { measured } from './metrics.ts';
import { moreTicketing, type TicketingReplica, total } from './more-replicas.ts';
import { PAST, type Pausable, type Pausing, pausing } from './paused.ts';
import { makeEvent } from './people.ts';

const PAUSES = scaled({ quick: 2, long: 60 });
const AT_ONCE = 8;

interface Paid {
  id: string;
  email: string;
}

describe('a replica of ticketing that is paused past its leases and woken', () => {
  let world: World;
  let processes: Pausing;
  const inside: TicketingReplica[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({ RECOVERY_INTERVAL: '1s' });
    processes = await pausing(world);
    await makeEvent(world);
    // What the paused one had taken is given to another soon, not after 30 s.
    await asOperator(world, async (connection) => {
      const { consumers } = await connection.jetstreamManager();
      const update = { ack_wait: nanos(2_000) };
      await until(
        () => consumers.update('PAYMENTS', 'ticketing', update).catch(() => null),
        (updated) => updated !== null,
        'the consumer',
      );
    });
    await world.ticketing.stop();
  });
  afterEach(async () => {
    await processes?.end();
    await Promise.all(inside.splice(0).map((one) => one.stop()));
    await world?.mails.setFaults({ latency_ms: 0 });
  });
  after(async () => {
    await processes?.close();
    await world?.stop();
  });

  const other = async () => {
    const one = await moreTicketing(world);
    inside.push(one);
    return one;
  };
  const LOST = 'qrflow_mail_leases_lost_total';
  const lost = (one: TicketingReplica) => total([one.parts], LOST);
  /** The paused one's own look for such leases may have been on its way to the store when it was stopped. */
  const lostTo = (paused: Pausable) => measured(paused.opsPort, LOST);
  const allLost = (paused: Pausable, second: TicketingReplica, count: number) =>
    until(
      async () => (await lostTo(paused)) + (await lost(second)),
      (counted) => counted === count,
      `${count} lost leases counted`,
    );
  const pay = async (): Promise<Paid> => {
    const notes = student();
    return { id: (await world.pay({ notes })).id, email: String(notes.email) };
  };
  const mailsOf = (paid: readonly Paid[]) =>
    world.store.mails
      .find({ payment_id: { $in: paid.map(({ id }) => id) } }, { trail: 0 })
      .sort({ _id: 1 })
      .lean();
  const inState = (paid: readonly Paid[], state: string) =>
    until(
      () => mailsOf(paid),
      (mails) => mails.length === paid.length && mails.every((mail) => mail.state === state),
      `all mails ${state}`,
      60_000,
    );
  const expireMails = () => world.store.mails.updateMany({ state: 'sending' }, { $set: { 'lease.until': PAST } });
  const copies = ({ email }: Paid) => world.mails.summaries({ to: email }).length;

  it('amid sends: each mail arrives once more for its lost lease, that is counted, and the other’s marks stay', async () => {
    const paused = await processes.start('ticketing');
    await world.mails.setFaults({ latency_ms: 600_000 });
    const paid = await Promise.all([pay(), pay(), pay(), pay()]);
    // Into the wait between the mail's last byte and the server's answer.
    await until(
      () => world.mails.stats.waiting,
      (waiting) => waiting === 4,
      'four sends',
      60_000,
    );
    paused.pause();
    await world.mails.setFaults({ latency_ms: 0 });
    await expireMails();
    const second = await other();
    const marks = await inState(paid, 'sent');
    paused.wake();
    await until(
      () => paused.lines.filter(({ msg }) => String(msg).startsWith('mail: sent after its lease was lost')).length,
      (late) => late === 4,
      'the late answers',
      60_000,
    );
    await allLost(paused, second, 4);
    expect(await paused.ended()).to.equal(0);
    expect(paid.map(copies)).to.deep.equal([2, 2, 2, 2]);
    expect(marks.map(({ unconfirmed }) => unconfirmed)).to.deep.equal([1, 1, 1, 1]);
    expect(await mailsOf(paid)).to.deep.equal(marks);
  }).timeout(180_000);

  it('between taking a mail and sending it: it sends nothing under a lease that is another’s by now', async () => {
    const paused = await processes.start('ticketing');
    const paid = [await pay()];
    const [mail] = await inState(paid, 'sent');
    // The answer to its claim is the first that says so.
    const held = processes.proxy.hold('sending');
    await world.store.mails.updateOne({ _id: mail?._id as string }, { $set: { state: 'owed', due_at: new Date() } });
    const letGo = await held;
    paused.pause();
    letGo();
    await expireMails();
    const second = await other();
    const marks = await inState(paid, 'sent');
    expect(paid.map(copies)).to.deep.equal([2]);
    paused.wake();
    await allLost(paused, second, 1);
    expect(await paused.ended()).to.equal(0);
    expect(paid.map(copies)).to.deep.equal([2]);
    expect(await mailsOf(paid)).to.deep.equal(marks);
  }).timeout(180_000);

  it('right before SMTP: it sends nothing when the lease is nearly over, though it still holds it', async () => {
    const second = await other();
    const paid = [await pay()];
    const [mail] = await inState(paid, 'sent');
    await second.stop();
    inside.pop();
    const tried = async (agoMs: number) => {
      const again = { state: 'owed' as const, due_at: new Date(), lease: null };
      await world.store.mails.updateOne({ _id: mail?._id as string }, { $set: again });
      const claimed = await claimMail(world.store);
      if (!claimed) throw new Error('no mail was due');
      let sent = 0;
      const send = async () => void sent++;
      const tools = {
        store: world.store,
        breaker: { ...({} as Parameters<typeof sendOne>[0]['breaker']), send },
        log: second.log,
        metrics: createTicketingMetrics(new Registry()),
        from: readSender(world.env.MAIL_FROM as string),
        publicUrl: undefined,
        signingKey: readSigningKey(world.env.TICKET_SIGNING_KEY as string),
      };
      await sendOne(tools, { ...claimed, claimedAt: performance.now() - agoMs });
      return sent;
    };
    expect([await tried(LEASE_MS - LEASE_MARGIN_MS + 1), await tried(0)]).to.deep.equal([0, 1]);
  }).timeout(120_000);

  it('amid settling, again and again: no refunded payment has a ticket, no other lacks one or has two', async () => {
    const paused = await processes.start('ticketing');
    // Many steps of its settlings are under way when it is stopped.
    processes.proxy.delay(100);
    let leases = 0;
    const all: (Paid & { refunded: boolean })[] = [];
    /** Those that are not as they must be in the end. */
    const wrong = async (some: readonly (Paid & { refunded: boolean })[]) => {
      const states = await Promise.all(
        some.map(async ({ id, refunded }) => {
          const payment = await world.store.payments.findById(id).lean();
          const live = await world.store.attendees.countDocuments({ payment_id: id, live: true });
          const done = payment?.pending === false && payment.outcome?.kind === (refunded ? 'revoked' : 'ticketed');
          return { id, done, live, right: done && live === (refunded ? 0 : 1), claimed: payment?.settling != null };
        }),
      );
      return states.filter(({ right }) => !right);
    };
    for (let nth = 0; nth < PAUSES; nth++) {
      // It holds a payment as it was captured, and has done nothing about it yet.
      const held = processes.proxy.hold('settling');
      const made = await Promise.all(Array.from({ length: AT_ONCE }, pay));
      const letGo = await held;
      paused.pause();
      letGo();
      const claimed = await world.store.payments.distinct('_id', {
        _id: { $in: made.map(({ id }) => id) },
        settling: { $ne: null },
      });
      // Now what it is at is refunded, now the rest.
      const paid = made.map((one) => ({ ...one, refunded: claimed.includes(one.id) === (nth % 2 === 0) }));
      all.push(...paid);
      for (const { id, refunded } of paid) if (refunded) await world.razorpay.control(`/payments/${id}/refund`, {});
      const second = await other();
      await until(
        () => wrong(paid),
        (left) => left.every(({ claimed }) => claimed),
        'the other having done what is not claimed',
        120_000,
        100,
      );
      await world.store.payments.updateMany(
        { _id: { $in: paid.map(({ id }) => id) }, pending: true },
        { $set: { 'settling.until': PAST, pending_since: PAST } },
      );
      await until(
        () => wrong(paid),
        (left) => left.length === 0,
        'the other having done all',
        120_000,
        100,
      );
      // A cancellation waits for what becomes of its ticket's mail, which the paused one may hold.
      await until(
        () => world.store.mails.countDocuments({ state: 'owed', kind: 'ticket' }),
        (owed) => owed === 0,
        'every ticket’s mail taken',
        60_000,
      );
      await expireMails();
      await until(
        () => world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
        (open) => open === 0,
        'every mail done by the other',
        60_000,
      );
      paused.wake();
      await until(
        () => unacked(world),
        ({ taken }) => taken === 0,
        'what it was at',
        120_000,
        100,
      );
      leases += await lost(second);
      inside.pop();
      await second.stop();
    }
    processes.proxy.delay(0);
    leases += await lostTo(paused);
    expect(await paused.ended()).to.equal(0);
    await other();
    await until(
      () => wrong(all),
      (left) => left.length === 0,
      'what was woken having done no harm',
      120_000,
      100,
    );
    const mails = await until(
      () => mailsOf(all),
      (found) => found.every(({ state }) => state === 'sent' || state === 'cancelled'),
      'every mail done',
      60_000,
    );
    for (const { id, email, refunded } of all) {
      expect(await world.store.attendees.countDocuments({ payment_id: id }), id).to.be.at.most(1);
      const mine = mails.filter(({ payment_id }) => payment_id === id);
      if (!refunded) expect(mine.map(({ kind, state }) => [kind, state])).to.deep.equal([['ticket', 'sent']]);
      const due = mine.filter(({ state, unconfirmed }) => state === 'sent' || unconfirmed > 0);
      const most = due.reduce((sum, { state, unconfirmed }) => sum + unconfirmed + (state === 'sent' ? 1 : 0), 0);
      expect(world.mails.summaries({ to: email }).length, email).to.be.at.most(most);
    }
    expect(mails.reduce((sum, { unconfirmed }) => sum + unconfirmed, 0)).to.equal(leases);
  }).timeout(scaled({ quick: 600_000, long: 1_800_000 }));
});
