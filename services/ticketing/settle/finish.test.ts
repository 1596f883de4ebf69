/** A settling ends only on the facts that it was decided from (P1, P4): what came in meanwhile is never put to rest with it. */
import { expect } from 'chai';
import { paymentWords } from '../../../shared/search.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { DEFAULT_ALIASES } from '../../../shared/student/aliases.ts';
import { eventDoc, NOW, PAID_AT, paymentDoc, register } from '../../../test/documents.ts';
import type { Outcome } from '../decide/decide.ts';
import { decide } from '../decide/decide.ts';
import { evidence } from '../decide/event.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { newClaim } from './claim.ts';
import { finish, giveBack, reopen } from './finish.ts';

const ID = 'pay_AAAAAAAAAAAAAA';
const REFUND = {
  id: 'rfnd_AAAAAAAAAAAAAA',
  payment_id: ID,
  amount: 1,
  currency: 'INR',
  status: 'processed',
  created_at: 1,
};
const claim = newClaim();
const now = new Date(NOW * 1_000);
const pending = (change: Partial<PaymentDoc> = {}, entity: Record<string, unknown> = {}) =>
  paymentDoc(entity, {
    rev: 4,
    pending_since: new Date(PAID_AT * 1_000),
    settling: claim,
    attempts: 3,
    next_at: null,
    error: 'before',
    ...change,
  });
const decision = (payment: PaymentDoc, change: Partial<Outcome> = {}) => {
  const made = decide(
    payment,
    { events: [eventDoc()], attendee: null, twins: [], seats: true, now: NOW },
    { aliases: DEFAULT_ALIASES, required: ['name', 'roll_number'], defaultEventId: undefined },
  );
  return { ...made, outcome: { ...made.outcome, ...change } as Outcome };
};

describe('the end of a settling', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const end = async (payment: PaymentDoc, meanwhile: object | null = null, lookedUp = false) => {
    await desk.lay({ payments: [payment] });
    if (meanwhile) await desk.store.payments.updateOne({ _id: ID }, meanwhile);
    const before = await desk.payment();
    const ended = await finish(desk.store, payment, claim, decision(payment), 7, lookedUp, now);
    return { ended, before, after: await desk.payment() };
  };

  it('says what came of the payment, and that nothing is left to do', async () => {
    const payment = pending({}, { amount: 99_900 });
    const { ended, before, after } = await end(payment);
    expect(ended).to.equal(true);
    expect(after).to.deep.equal({
      ...before,
      pending: false,
      pending_since: null,
      settling: null,
      attempts: 0,
      next_at: null,
      error: null,
      outcome: { kind: 'ticketed', reason: null, since: now },
      flags: ['overpaid'],
      event_id: 1,
      event_choice: { by: 'only', evidence: evidence(payment, decision(payment).reading) },
      attendee_id: 7,
      details: decision(payment).reading.details,
      words: paymentWords({ ...payment, details: decision(payment).reading.details }),
    });
  });

  it('writes nothing when a fact changed meanwhile, or somebody took over', async () => {
    for (const meanwhile of [
      { $inc: { rev: 1 } },
      { $set: { 'settling.token': 'other' } },
      { $set: { settling: null } },
    ]) {
      const { ended, before, after } = await end(pending(), meanwhile);
      expect(ended, JSON.stringify(meanwhile)).to.equal(false);
      expect(after, JSON.stringify(meanwhile)).to.deep.equal(before);
    }
  });

  it('keeps the time since when an outcome stands, as long as kind and reason stay', async () => {
    const since = new Date(PAID_AT * 1_000);
    const held = { kind: 'held' as const, reason: 'underpaid' as const };
    for (const [entity, before, stays] of [
      [{ amount: 1 }, { ...held, since }, true],
      [{ amount: 1 }, { ...held, reason: 'event_full' as const, since }, false],
      [{ amount: 1 }, { kind: 'ticketed' as const, reason: null, since }, false],
      [{}, { kind: 'ticketed' as const, reason: null, since }, true],
      [{}, { ...held, since }, false],
    ] as const) {
      const { after } = await end(pending({ outcome: before }, entity));
      expect(after.outcome?.since, JSON.stringify([entity, before])).to.deep.equal(stays ? since : now);
    }
  });

  it('says of a hold what a person needs to know, and of nothing else', async () => {
    expect((await end(pending({}, { amount: 1 }))).after.outcome).to.deep.equal({
      kind: 'held',
      reason: 'underpaid',
      since: now,
      about: { price: 29_900 },
    });
  });

  it('is found by what counts now, not by what counted before', async () => {
    const corrected = { overrides: { details: { name: 'Meera Khan' } }, words: ['before'] };
    const { after } = await end(pending({ ...corrected, refunds: { rfnd_AAAAAAAAAAAAAA: register(REFUND) } }));
    expect(after.words).to.include.members(['meera', 'asha', ' rfnd_AAAAAAAAAAAAAA']).and.not.include('before');
    const erased = await end(pending({ ...after, redacted_at: now, pending: true, settling: claim }));
    expect(erased.after.words).to.deep.equal([' rfnd_AAAAAAAAAAAAAA']);
  });

  it('remembers a second look at Razorpay only where there was one', async () => {
    expect((await end(pending(), null, true)).after.looked_up_at).to.deep.equal(now);
    expect((await end(pending())).after).to.not.have.property('looked_up_at');
  });

  it('takes what is personal out of a foreign payment, from all that tells of it', async () => {
    const foreign = {
      notes: { product: 'T-shirt' },
      email: 'buyer@example.com',
      description: 'x',
      acquirer_data: { rrn: '1' },
    };
    const payment = pending(
      {
        order: register({ id: 'order_AAAAAAAAAAAAAA', notes: [{ key: 'size', value: 'M' }] }),
        qr: register({ id: 'qr_AAAAAAAAAAAAAA', notes: [{ key: 'till', value: '5' }] }),
        details: { department: 'x' },
        event_id: 1,
      },
      foreign,
    );
    const { after } = await end(payment);
    expect(after.outcome?.kind).to.equal('foreign');
    for (const text of ['T-shirt', 'buyer@example.com', '+91', '"M"'])
      expect(JSON.stringify(after)).to.not.include(text);
    expect([after.details, after.event_id, after.words]).to.deep.equal([null, null, []]);
    expect(after.order?.value.notes).to.deep.equal([{ key: 'size', value: '' }]);
    expect(after.qr?.value.notes).to.deep.equal([{ key: 'till', value: '' }]);
    for (const name of ['payment', 'order', 'qr'] as const) {
      expect(after[name]?.stripped, name).to.equal(true);
      expect(after[name]?.digest, name).to.equal(payment[name]?.digest);
    }
  });

  it('keeps the version that a join advanced meanwhile, which is no change of facts', async () => {
    const { ended, after } = await end(pending({}, { notes: [] }), { $set: { 'payment.version': '9.later' } });
    expect([ended, after.payment?.version, after.payment?.stripped]).to.deep.equal([true, '9.later', true]);
  });

  it('keeps personal data of a payment that is ours', async () => {
    const { after, before } = await end(pending());
    expect(after.payment).to.deep.equal(before.payment);
  });
});

describe('a settling that failed', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());
  const nextAt = new Date(Date.now() + 3_600_000);

  it('rests with its error shown, pending, and counted', async () => {
    await desk.lay({ payments: [pending()] });
    const before = await desk.payment();
    await giveBack(desk.store, pending(), claim, 'Razorpay is down', nextAt);
    expect(await desk.payment()).to.deep.equal({
      ...before,
      settling: null,
      next_at: nextAt,
      error: 'Razorpay is down',
      attempts: 4,
    });
  });

  it('does not put to rest what came in meanwhile: that is due at once, and no failure of its own', async () => {
    await desk.lay({ payments: [pending()] });
    await desk.store.payments.updateOne({ _id: ID }, { $inc: { rev: 1 }, $set: { attempts: 0, error: null } });
    await giveBack(desk.store, pending(), claim, 'Razorpay is down', nextAt);
    const after = await desk.payment();
    expect([after.settling, after.attempts, after.error, after.pending]).to.deep.equal([null, 0, null, true]);
    expect(after.next_at?.getTime()).to.be.at.most(Date.now());
  });

  it('touches nothing once somebody else has taken over', async () => {
    for (const settling of [{ token: 'other', until: nextAt }, null]) {
      await desk.lay({ payments: [pending({ settling })] });
      const before = await desk.payment();
      await giveBack(desk.store, pending(), claim, 'Razorpay is down', nextAt);
      expect(await desk.payment()).to.deep.equal(before);
    }
  });

  it('is opened again, by a new revision, where effects were done from what may be old', async () => {
    await desk.lay({ payments: [pending({ pending: false, pending_since: null, settling: null })] });
    await reopen(desk.store, ID, now);
    expect(await desk.payment())
      .to.include({ pending: true, rev: 5 })
      .and.deep.include({ pending_since: now });
  });
});
