/** What comes in while a payment is settled: between its effects and its end, and from whoever took it over (P1, P4, P6). */
import { expect } from 'chai';
import { RequestFailed } from '../../../shared/bus/index.ts';
import { orderFacts } from '../../../shared/razorpay/facts.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, facts, PAID_AT, paymentDoc, STUDENT } from '../../../test/documents.ts';
import type { Claim } from '../join/pipeline.ts';
import { joinObservation } from '../join/store.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { newClaim } from './claim.ts';
import { type SettleTools, settle } from './settle.ts';

const ID = 'pay_AAAAAAAAAAAAAA';
const FOREVER = new Date(Date.now() + 3_600_000);
const sight = (entity: Record<string, unknown>): Observation => ({
  id: 'o',
  payment_id: ID,
  source: 'webhook',
  observed_at: PAID_AT + 100,
  correlation_id: 'c',
  payment: facts(entity),
});
const refund = sight({ status: 'refunded', amount_refunded: 29_900 });

describe('settling', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  /** Settles the one payment; `between` happens in the middle of its effects, once. */
  async function settled(payment: PaymentDoc, between: () => Promise<unknown>, change: Partial<SettleTools> = {}) {
    const claim = newClaim();
    await desk.lay({ payments: [{ ...payment, settling: claim }], events: [eventDoc({ capacity: 5 })] });
    let ids = 0;
    const tools = desk.tools({
      nextAttendeeId: async () => {
        if (ids++ === 0) await between();
        return 50 + ids;
      },
      ...change,
    });
    const result = await settle(tools, await desk.payment(), claim);
    const attendees = await desk.store.attendees.find().lean();
    return { result, after: await desk.payment(), attendees };
  }
  const nothing = async () => undefined;
  const takeOver = (change: object) =>
    desk.store.payments.updateOne({ _id: ID }, { $set: { settling: { token: 'other', until: FOREVER }, ...change } });

  it('makes one attendee with a live ticket, and says so', async () => {
    const { result, after, attendees } = await settled(paymentDoc(), nothing);
    expect(result).to.equal('ticketed');
    expect(after).to.include({ pending: false, attendee_id: attendees[0]?._id });
    expect(attendees.map(({ live, seat, payment_id }) => [live, seat, payment_id])).to.deep.equal([[true, 1, ID]]);
  });

  it('tells how the payment came, though whoever joined it may have died before telling: once', async () => {
    await settled(paymentDoc(), nothing);
    const again = newClaim();
    await desk.store.payments.updateOne({ _id: ID }, { $set: { pending: true, settling: again } });
    await settle(desk.tools(), await desk.payment(), again);
    const told = await desk.store.activities.find({ action: 'payment.created' }).lean();
    expect(told.map(({ payment_id, actor }) => [payment_id, actor])).to.deep.equal([[ID, 'razorpay']]);
  });

  it('sees a refund that comes in between ticket and end: the ticket does not outlive it', async () => {
    const freed: number[] = [];
    const { result, after, attendees } = await settled(
      paymentDoc(),
      () => joinObservation(desk.store, refund, newClaim()),
      { onFreed: (eventId) => freed.push(eventId) },
    );
    expect(result).to.equal('revoked');
    expect(after).to.include({ pending: false });
    expect(after.outcome?.kind).to.equal('revoked');
    expect(attendees.map(({ live, ticket }) => [live, ticket.revoked_reason])).to.deep.equal([[false, 'refunded']]);
    expect(freed).to.deep.equal([1]);
  });

  it('looks again where somebody else took over and ended before its own effects were there', async () => {
    const { after, attendees } = await settled(paymentDoc(), async () => {
      await joinObservation(desk.store, refund, newClaim());
      // Revoked, when there was no attendee yet: so nothing was revoked.
      await desk.store.payments.updateOne({ _id: ID }, { $set: { pending: false, settling: null } });
    });
    expect(after.outcome?.kind).to.equal('revoked');
    expect(after.pending).to.equal(false);
    expect(attendees.map(({ live }) => live)).to.deep.equal([false]);
  });

  it('leaves it to whoever took over and is at it, but pending, so that nothing is missed', async () => {
    const { result, after } = await settled(paymentDoc(), () => takeOver({ pending: false }));
    expect(result).to.equal(null);
    expect([after.pending, after.settling?.token, after.rev]).to.deep.equal([true, 'other', 2]);
  });

  it('does nothing more when it was taken over while Razorpay was asked', async () => {
    const { result, after, attendees } = await settled(paymentDoc({ notes: [] }), nothing, {
      lookUp: async () => {
        await takeOver({});
        return sight({ notes: STUDENT });
      },
    });
    expect(result).to.equal(null);
    expect(attendees).to.deep.equal([]);
    expect([after.pending, after.settling?.token, after.attempts]).to.deep.equal([true, 'other', 0]);
  });

  it('does nothing when it was stopped past its claim and taken over meanwhile; what nobody took it goes on with', async () => {
    const mine = { token: 'mine', until: new Date(Date.now() - 1) };
    const woken = async (settling: Claim) => {
      await desk.lay({ payments: [paymentDoc({}, { settling })], events: [eventDoc()] });
      const result = await settle(desk.tools(), paymentDoc({}, { settling: mine }), mine);
      const done = await Promise.all([desk.store.attendees.countDocuments(), desk.store.mails.countDocuments()]);
      return [result, ...done];
    };
    expect(await woken({ token: 'other', until: FOREVER })).to.deep.equal([null, 0, 0]);
    expect(await desk.payment()).to.include({ pending: true, rev: paymentDoc().rev });
    expect(await woken(mine)).to.deep.equal(['ticketed', 1, 1]);
  });

  it('goes on from what a second look at Razorpay tells, and remembers that it was had', async () => {
    let asked = 0;
    const { result, after } = await settled(paymentDoc({ notes: [] }), nothing, {
      lookUp: async () => {
        asked++;
        return sight({ notes: STUDENT });
      },
    });
    expect([result, asked]).to.deep.equal(['ticketed', 1]);
    expect(after.looked_up_at).to.be.a('date');
    expect(after.details?.name).to.equal(STUDENT.name);
  });

  it('has had no second look where Razorpay did not know the payment: once it does, its order is asked for', async () => {
    const order_id = 'order_AAAAAAAAAAAAAA';
    const unknown: Observation = { ...sight({}), id: 'lookup', observed_at: PAID_AT + 100, absent: true };
    const { payment: _none, ...absent } = unknown;
    const missed = await settled(paymentDoc({ notes: [], order_id }), nothing, { lookUp: async () => absent });
    expect(missed.result).to.equal('foreign');
    expect(missed.after.looked_up_at ?? null).to.equal(null);
    const claim = newClaim();
    const back = sight({ notes: [], order_id });
    await joinObservation(desk.store, { ...back, id: 'seen', observed_at: PAID_AT + 200 }, claim);
    const order = orderFacts({ id: order_id, notes: STUDENT });
    const lookUp = async (): Promise<Observation> => ({ ...back, id: 'again', observed_at: PAID_AT + 300, order });
    expect(await settle(desk.tools({ lookUp }), await desk.payment(), claim)).to.equal('ticketed');
  });

  it('rests when Razorpay cannot be asked, shown with the reason, and calls nothing foreign meanwhile', async () => {
    const lookUp = async (): Promise<Observation> => {
      throw new RequestFailed(502, 'Razorpay is down');
    };
    const { result, after, attendees } = await settled(paymentDoc({ notes: [] }), nothing, { lookUp });
    expect([result, attendees]).to.deep.equal([null, []]);
    expect(after).to.include({
      pending: true,
      settling: null,
      attempts: 1,
      error: 'Razorpay could not be asked about it: Razorpay is down',
    });
    expect(after.next_at?.getTime()).to.be.above(Date.now() + 1_000);
    expect(after).to.not.have.property('outcome');
  });

  it('gives a ticket without a second look that would only improve it, once that failed', async () => {
    let asked = 0;
    const lookUp = async (): Promise<Observation> => {
      asked++;
      throw new RequestFailed(502, 'Razorpay is down');
    };
    const wanting = { order_id: 'order_AAAAAAAAAAAAAA', notes: { ...STUDENT, email: '' } };
    const first = await settled(paymentDoc(wanting), nothing, { lookUp });
    expect([first.result, first.after.attempts]).to.deep.equal([null, 1]);
    const second = await settled(paymentDoc(wanting, { attempts: 1 }), nothing, { lookUp });
    expect([second.result, asked]).to.deep.equal(['ticketed', 1]);
  });

  it('shows a fault of ours by its name alone, for its text may tell of a person', async () => {
    const { result, after } = await settled(paymentDoc(), async () => {
      throw new TypeError('cannot read Asha Rao');
    });
    expect(result).to.equal(null);
    expect(after).to.include({ pending: true, attempts: 1, error: 'TypeError' });
  });

  it('takes the next seat when another payment took the one that it had in mind', async () => {
    const { result, attendees } = await settled(paymentDoc(), async () => {
      const other = { ...attendeeDoc({ _id: 9, payment_id: 'pay_BBBBBBBBBBBBBB', student_key: 'X|Y', seat: 1 }) };
      await desk.store.attendees.collection.insertOne(other as never);
    });
    expect(result).to.equal('ticketed');
    expect(attendees.map(({ seat }) => seat).sort()).to.deep.equal([1, 2]);
  });

  it('is held as a duplicate when the same student’s other payment was faster', async () => {
    const { result, after, attendees } = await settled(paymentDoc(), async () => {
      const twin = attendeeDoc({ _id: 9, payment_id: 'pay_BBBBBBBBBBBBBB', seat: 3 });
      await desk.store.attendees.collection.insertOne({ ...twin, ticket: { ...twin.ticket, id: 'other' } } as never);
    });
    expect(result).to.equal('held');
    expect(after.outcome).to.deep.include({
      reason: 'duplicate_payment',
      about: { other_payment_id: 'pay_BBBBBBBBBBBBBB' },
    });
    expect(attendees.map(({ _id }) => _id)).to.deep.equal([9]);
  });
});
