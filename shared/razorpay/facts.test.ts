/** The same state has the same bytes, whichever way it was seen; what is not listed is not kept. */
import { expect } from 'chai';
import fc from 'fast-check';
import { disputeEntity, orderEntity, paymentEntity, qrCodeEntity, refundEntity } from './entities.ts';
import {
  disputeFacts,
  isFullyRefunded,
  isTold,
  notePairs,
  orderFacts,
  paymentFacts,
  qrFacts,
  refundFacts,
  stripped,
  wasCaptured,
} from './facts.ts';

const PAYMENT = {
  id: 'pay_AAAAAAAAAAAAAA',
  amount: 29_900,
  currency: 'INR',
  status: 'captured',
  order_id: 'order_AAAAAAAAAAAAAA',
  method: 'upi',
  amount_refunded: 100,
  refund_status: 'partial',
  captured: true,
  description: 'QRv2 Payment',
  email: 'asha@example.edu',
  contact: '+919800000001',
  notes: { name: 'Asha Rao' },
  fee: 706,
  tax: 108,
  error_code: 'BAD_REQUEST_ERROR',
  error_reason: 'payment_failed',
  acquirer_data: { rrn: '600000000001' },
  created_at: 1_795_000_000,
};
const facts = (entity: object) => paymentFacts(paymentEntity.parse(entity));
const { acquirer_data: _, ...LISTED } = PAYMENT;
const FACTS = { ...LISTED, notes: [{ key: 'name', value: 'Asha Rao' }], rrn: '600000000001' };

describe('a payment’s facts', () => {
  it('are its fields as Razorpay gives them, and its UTR', () => {
    expect(facts(PAYMENT)).to.deep.equal(FACTS);
  });

  it('leave out card, bank and VPA', () => {
    expect(facts({ ...PAYMENT, card: { last4: '1111' }, vpa: 'asha@upi', bank: 'HDFC' })).to.deep.equal(FACTS);
  });

  it('are the same, whether a serialiser gives null, an empty text or nothing at all', () => {
    const { id, amount, currency, status, created_at } = PAYMENT;
    const least = { id, amount, currency, status, created_at };
    const known = Object.keys(PAYMENT).filter((field) => !(field in least));
    const blank = Object.fromEntries(known.map((field) => [field, null]));
    const empty = Object.fromEntries(
      ['order_id', 'method', 'description', 'email', 'contact', 'error_code'].map((field) => [field, '']),
    );
    expect(facts(least)).to.deep.equal({
      ...least,
      order_id: null,
      method: null,
      amount_refunded: 0,
      refund_status: null,
      captured: false,
      description: null,
      email: null,
      contact: null,
      notes: [],
      fee: null,
      tax: null,
      error_code: null,
      error_reason: null,
      rrn: null,
    });
    for (const other of [
      { ...least, ...blank },
      { ...least, ...empty },
      { ...least, acquirer_data: [], notes: [] },
    ])
      expect(facts(other)).to.deep.equal(facts(least));
    expect(facts({ ...least, acquirer_data: {} }).rrn).to.equal(null);
  });

  it('read "captured", a contact and a UTR in each type that they come in', () => {
    for (const yes of [true, 1, '1']) expect(facts({ ...PAYMENT, captured: yes }).captured, String(yes)).to.equal(true);
    for (const no of [false, 0, '0', 'false', null])
      expect(facts({ ...PAYMENT, captured: no }).captured, String(no)).to.equal(false);
    expect(facts({ ...PAYMENT, contact: 9_800_000_001 }).contact).to.equal('9800000001');
    expect(facts({ ...PAYMENT, acquirer_data: { rrn: 600_000_000_001 } }).rrn).to.equal('600000000001');
  });
});

describe('whether money was taken', () => {
  const said = { status: 'refunded', captured: false, fee: null };
  it('is told by the status, by `captured`, or by a fee, each alone', () => {
    for (const one of [{ status: 'captured' }, { captured: true }, { fee: 0 }])
      expect(wasCaptured({ ...said, ...one }), JSON.stringify(one)).to.equal(true);
    expect(wasCaptured(said)).to.equal(false);
  });
});

describe('whether all money went back', () => {
  it('is told by the status, or by what was refunded; a payment of nothing has none that could', () => {
    const of = (status: string, amount: number, amount_refunded: number) =>
      isFullyRefunded({ status, amount, amount_refunded });
    expect([of('refunded', 100, 0), of('captured', 100, 100), of('captured', 100, 101)]).to.deep.equal([
      ...[true, true, true],
    ]);
    expect([of('captured', 100, 99), of('captured', 0, 0)]).to.deep.equal([false, false]);
  });
});

describe('whether Razorpay tells of a payment by webhook', () => {
  it('is so of all but one that was only begun', () => {
    for (const status of ['authorized', 'captured', 'failed', 'refunded'])
      expect(isTold({ status }), status).to.equal(true);
    for (const status of ['created', 'unheard_of']) expect(isTold({ status }), status).to.equal(false);
  });
});

describe('notes as facts', () => {
  it('are pairs sorted by key, so that the order of a serialiser does not count', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())), (notes) => {
        const pairs = notePairs(notes);
        expect(notePairs(Object.fromEntries(Object.entries(notes).reverse()))).to.deep.equal(pairs);
        expect(Object.fromEntries(pairs.map(({ key, value }) => [key, value]))).to.deep.equal(
          Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, String(value)])),
        );
        expect(pairs.map(({ key }) => key)).to.deep.equal(Object.keys(notes).sort());
      }),
    );
  });

  it('keep what is no text as text, and leave out what is nothing', () => {
    expect(notePairs({ b: { x: 1 }, a: [1], d: null, e: undefined, c: 0 })).to.deep.equal([
      { key: 'a', value: '[1]' },
      { key: 'b', value: '{"x":1}' },
      { key: 'c', value: '0' },
    ]);
    const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });
    // No note of Razorpay's goes deeper than a few levels; one that does must not overflow whoever writes it out.
    expect(notePairs({ a: deep(7) })[0]?.value).to.equal(JSON.stringify(deep(7)));
    expect(notePairs({ a: deep(8) })[0]?.value).to.equal('…');
    expect(notePairs({ a: [[[[[[[['x']]]]]]]] })[0]?.value).to.equal('[[[[[[[["x"]]]]]]]]');
    for (const nothing of [null, undefined, [], ['a'], 'text', 7]) expect(notePairs(nothing)).to.deep.equal([]);
  });
});

describe('the facts of what comes with a payment', () => {
  const notes = { a: 'b' };
  const pairs = [{ key: 'a', value: 'b' }];

  it('are id and notes of an order or a QR code', () => {
    expect(orderFacts(orderEntity.parse({ id: 'order_AAAAAAAAAAAAAA', notes, amount: 5 }))).to.deep.equal({
      id: 'order_AAAAAAAAAAAAAA',
      notes: pairs,
    });
    expect(qrFacts(qrCodeEntity.parse({ id: 'qr_AAAAAAAAAAAAAA', notes, name: 'x' }))).to.deep.equal({
      id: 'qr_AAAAAAAAAAAAAA',
      notes: pairs,
    });
  });

  const money = { payment_id: 'pay_AAAAAAAAAAAAAA', amount: 100, status: 'failed', created_at: 1_795_000_000 };

  it('are payment, money, state and time of a refund', () => {
    const refund = { id: 'rfnd_AAAAAAAAAAAAAA', ...money };
    expect(refundFacts(refundEntity.parse({ ...refund, currency: 'INR', notes }))).to.deep.equal({
      ...refund,
      currency: 'INR',
    });
    expect(refundFacts(refundEntity.parse(refund))).to.deep.equal({ ...refund, currency: null });
  });

  it('are payment, money, state, phase, reason and time of a dispute', () => {
    const dispute = { id: 'disp_AAAAAAAAAAAAAA', ...money };
    const full = { ...dispute, currency: 'INR', phase: 'chargeback', reason_code: 'fraud' };
    expect(disputeFacts(disputeEntity.parse({ ...full, evidence: {} }))).to.deep.equal(full);
    expect(disputeFacts(disputeEntity.parse({ ...dispute, phase: '' }))).to.deep.equal({
      ...dispute,
      currency: null,
      phase: null,
      reason_code: null,
    });
  });
});

describe('stripping', () => {
  it('takes what is personal, and leaves ids, money, state, times and the keys of notes', () => {
    expect(stripped(FACTS)).to.deep.equal({
      ...FACTS,
      email: null,
      contact: null,
      description: null,
      rrn: null,
      notes: [{ key: 'name', value: '' }],
    });
    expect(FACTS.email).to.equal('asha@example.edu');
  });

  it('adds nothing to facts that have nothing personal', () => {
    expect(stripped({ absent: true })).to.deep.equal({ absent: true });
    expect(stripped({ id: 'order_AAAAAAAAAAAAAA', notes: [] })).to.deep.equal({
      id: 'order_AAAAAAAAAAAAAA',
      notes: [],
    });
  });
});
