/** What waits goes on by itself once its reason is gone: all of it, the oldest first, and nothing else is touched. */
import { expect } from 'chai';
import type { HoldAbout, HoldReason } from '../../../shared/outcome.ts';
import type { EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, PAID_AT, paymentDoc, register, STUDENT } from '../../../test/documents.ts';
import { until } from '../../../test/until.ts';
import { evidence } from '../decide/event.ts';
import { read } from '../decide/reading.ts';
import { claimPayment } from '../settle/claim.ts';
import { settle } from '../settle/settle.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { redecide } from './redecide.ts';

const id = (nth: number) => `pay_${String(nth).padStart(14, '0')}`;
const since = new Date(PAID_AT * 1_000);
const UNDERPAID: HoldAbout = { price: eventDoc().prices[0]?.amount ?? 0 };

/** A settled payment of a student of its own. */
const waiting = (
  nth: number,
  reason: HoldReason | null,
  entity: Record<string, unknown> = {},
  change: Partial<PaymentDoc> = {},
  about: HoldAbout = {},
): PaymentDoc =>
  paymentDoc(
    { id: id(nth), notes: { ...STUDENT, roll_number: `R${nth}` }, created_at: PAID_AT, ...entity },
    {
      pending: false,
      pending_since: null,
      settling: null,
      next_at: null,
      event_id: 1,
      outcome: { kind: reason === null ? 'awaiting' : 'held', reason, since, ...(reason !== null && { about }) },
      ...change,
    },
  );

describe('deciding again what waits', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const never = () => false;
  const lay = (payments: PaymentDoc[], events: EventDoc[] = [eventDoc()], attendees = 0) =>
    desk.lay({
      payments,
      events,
      attendees: Array.from({ length: attendees }, (_, n) =>
        attendeeDoc({
          _id: n + 1,
          payment_id: id(9_000 + n),
          seat: n + 1,
          student_key: `S${n}|`,
          ticket: { ...attendeeDoc().ticket, id: `t${n}` },
        }),
      ),
    });
  const outcomes = async () => {
    const found = await desk.store.payments.find().sort({ _id: 1 }).lean();
    return found.map(({ outcome }) => outcome?.reason ?? outcome?.kind);
  };

  it('lets go what is not held any more, whatever the reason was', async () => {
    const reasons = ['unassigned_event', 'incomplete_details', 'wrong_currency', 'underpaid', 'event_full'] as const;
    const more = ['event_closed', 'event_cancelled', 'duplicate_payment'] as const;
    const all = [...reasons, ...more];
    await lay(all.map((reason, n) => waiting(n, reason)));
    expect(await redecide(desk.tools(), undefined, never)).to.equal(all.length);
    expect(await outcomes()).to.deep.equal(all.map(() => 'ticketed'));
    expect(await redecide(desk.tools(), undefined, never)).to.equal(0);
  });

  it('tells of the ticket that the student has now, once that is another one', async () => {
    await desk.lay({
      payments: [waiting(1, 'duplicate_payment', {}, {}, { other_payment_id: id(8) })],
      events: [eventDoc()],
      attendees: [7, 9].map((nth) =>
        attendeeDoc({
          _id: nth,
          payment_id: id(nth),
          seat: nth,
          student_key: nth === 7 ? 'R1|EXAMPLEINSTITUTE' : `R1|EXAMPLEINSTITUTE#${id(9)}`,
          ticket: { ...attendeeDoc().ticket, id: `t${nth}` },
        }),
      ),
    });
    expect(await redecide(desk.tools(), undefined, never)).to.equal(1);
    const found = await desk.store.payments.findById(id(1)).lean();
    expect(found?.outcome).to.deep.include({ reason: 'duplicate_payment', about: { other_payment_id: id(7) } });
    expect(await redecide(desk.tools(), undefined, never)).to.equal(0);
  });

  it('leaves alone what comes out as it was', async () => {
    const payments = [
      waiting(1, 'underpaid', { amount: 5 }, {}, UNDERPAID),
      waiting(2, 'incomplete_details', { notes: { name: 'A', phone: '1' } }, {}, { missing: ['roll_number'] }),
    ];
    await lay(payments);
    const before = await desk.store.payments.find().lean();
    expect(await redecide(desk.tools(), undefined, never)).to.equal(0);
    expect(await desk.store.payments.find().lean()).to.deep.equal(before);
  });

  it('gives nobody who waits for one event a seat at the next, nor takes a seat from who came to it', async () => {
    const events = [
      eventDoc({ capacity: 1, status: 'closed', closed_at: new Date() }),
      eventDoc({ _id: 2, razorpay_qr_id: 'qr_AAAAAAAAAAAAAA' }),
    ];
    const qr = register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] });
    const coded = waiting(2, 'event_full', {}, { qr });
    const event_choice = { by: 'qr' as const, evidence: evidence(coded, read(coded, desk.tools().rules.aliases)) };
    await lay([waiting(1, 'event_full'), { ...coded, event_choice }], events, 1);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(0);
    await desk.store.attendees.updateOne({ _id: 1 }, { live: false, seat: null, student_key: null });
    await redecide(desk.tools(), undefined, never);
    expect(await outcomes()).to.deep.equal(['ticketed', 'event_full']);
    const seats = await desk.store.attendees.find({ live: true }).lean();
    expect(seats.map(({ event_id, payment_id }) => [event_id, payment_id])).to.deep.equal([[1, id(1)]]);
  });

  it('finds a reason that another one took the place of', async () => {
    await lay([waiting(1, 'incomplete_details', { amount: 5 })]);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(1);
    expect(await outcomes()).to.deep.equal(['underpaid']);
  });

  it('gives a seat that came free to whoever paid first, however many wait', async () => {
    const payments = [3, 1, 4, 2].map((nth) => waiting(nth, 'event_full', { created_at: PAID_AT + nth }));
    await lay(payments, [eventDoc({ capacity: 3 })], 1);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(2);
    expect(await outcomes()).to.deep.equal(['ticketed', 'ticketed', 'event_full', 'event_full']);
    expect(await desk.store.attendees.countDocuments({ live: true })).to.equal(3);
  });

  it('passes over who was erased meanwhile, who gets none any more', async () => {
    const erased = { redacted_at: since, details: null };
    await lay(
      [waiting(1, 'event_full', {}, erased), waiting(2, 'event_full', { created_at: PAID_AT + 1 })],
      [eventDoc({ capacity: 1 })],
    );
    expect(await redecide(desk.tools(), undefined, never)).to.equal(1);
    expect(await outcomes()).to.deep.equal(['event_full', 'ticketed']);
  });

  it('gives all seats that came free while another replica is at the one who paid first', async () => {
    const payments = [1, 2].map((nth) => waiting(nth, 'event_full', { created_at: PAID_AT + nth }));
    await lay(payments, [eventDoc({ capacity: 2 })]);
    const other = await claimPayment(desk.store, id(1));
    let asked = 0;
    const looking = redecide(desk.tools(), 1, () => ++asked < 0);
    await until(
      () => asked,
      (times) => times === 2,
      'its look at the second, who must not overtake',
    );
    expect((await outcomes())[1]).to.equal('event_full');
    if (other) await settle(desk.tools(), other.payment, other.claim);
    await looking;
    expect(await outcomes()).to.deep.equal(['ticketed', 'ticketed']);
  });

  it('reaches the last of many of the very same second', async () => {
    const many = Array.from({ length: 450 }, (_, n) => waiting(n, 'underpaid', { amount: 5 }, {}, UNDERPAID));
    const last = waiting(449, 'underpaid');
    await lay([...many.slice(0, -1), last]);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(1);
    expect((await desk.payment(last._id)).outcome?.kind).to.equal('ticketed');
  });

  it('looks for one event at what waits for it and at what has none, and at nothing else', async () => {
    const note = (event_id: string) => ({ notes: { ...STUDENT, roll_number: `E${event_id}`, event_id } });
    const payments = [
      waiting(1, 'underpaid', note('1')),
      waiting(2, 'underpaid', note('2'), { event_id: 2 }),
      waiting(3, 'unassigned_event', { notes: { ...STUDENT, roll_number: 'N', event_id: '1' } }, { event_id: null }),
    ];
    await lay(payments, [eventDoc(), eventDoc({ _id: 2 })]);
    expect(await redecide(desk.tools(), 1, never)).to.equal(2);
    expect(await outcomes()).to.deep.equal(['ticketed', 'underpaid', 'ticketed']);
  });

  it('shows an authorised payment that nobody captured in time, and waits for others', async () => {
    const seen = (secondsAgo: number) => ({ first_seen_at: new Date(Date.now() - secondsAgo * 1_000) });
    await lay([
      waiting(1, null, { status: 'authorized' }, seen(1_000)),
      waiting(2, null, { status: 'authorized' }, seen(100)),
      waiting(3, null, { status: 'failed' }, seen(1_000)),
    ]);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(1);
    expect(await outcomes()).to.deep.equal(['not_captured', 'awaiting', 'awaiting']);
  });

  it('leaves what is pending or being settled to whoever is at it', async () => {
    await lay([
      waiting(1, 'underpaid', {}, { pending: true, pending_since: since }),
      waiting(2, 'underpaid', {}, { settling: { token: 'other', until: new Date(Date.now() + 60_000) } }),
    ]);
    expect(await redecide(desk.tools(), undefined, never)).to.equal(0);
    expect(await outcomes()).to.deep.equal(['underpaid', 'underpaid']);
  });

  it('stops when it is told to, between two payments', async () => {
    await lay([1, 2, 3].map((nth) => waiting(nth, 'underpaid')));
    let asked = 0;
    expect(await redecide(desk.tools(), undefined, () => ++asked > 2)).to.equal(2);
    expect((await outcomes()).filter((one) => one === 'ticketed')).to.have.length(2);
  });
});
