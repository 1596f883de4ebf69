import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { observationSchema } from '../../../shared/razorpay/observation.ts';
import { eventLabel } from './events.ts';
import { isSigned } from './signature.ts';
import { translate } from './translate.ts';

/** As Razorpay does. */
const sign = (body: Uint8Array, secret: string) => createHmac('sha256', secret).update(body).digest('hex');
const PAY = 'pay_Qx7Yz8Ab9Cd0Ef';
const payment = (more: object = {}) => ({
  entity: {
    id: PAY,
    amount: 29_900,
    currency: 'INR',
    status: 'captured',
    captured: true,
    notes: [],
    created_at: 1_795_000_000,
    ...more,
  },
});
const refund = (more: object = {}) => ({
  entity: {
    id: 'rfnd_Qx7Yz8Ab9Cd0Ef',
    payment_id: PAY,
    amount: 100,
    status: 'processed',
    created_at: 1_795_000_500,
    ...more,
  },
});
const read = (envelope: object) => translate(Buffer.from(JSON.stringify(envelope)), 'evt');
const event = (payload: object, more: object = {}) => ({
  entity: 'event',
  event: 'refund.processed',
  payload,
  created_at: 1_795_000_600,
  ...more,
});

function observed(envelope: object) {
  const translation = read(envelope);
  if (translation.kind !== 'observation') throw new Error(`it is ${translation.kind}`);
  return observationSchema.parse(translation.observation);
}

describe('translating a webhook', () => {
  it('takes the envelope’s time', () => {
    expect(observed(event({ payment: payment() })).observed_at).to.equal(1_795_000_600);
  });

  it('never dates an event before what it carries', () => {
    const early = { created_at: 1_700_000_000 };
    expect(observed(event({ payment: payment(), refund: refund() }, early)).observed_at).to.equal(1_795_000_500);
    const order = { entity: { id: 'order_Qx7Yz8Ab9Cd0Ef', created_at: 1_795_000_900 } };
    expect(observed(event({ payment: payment(), order }, early)).observed_at).to.equal(1_795_000_900);
  });

  it('does without a time at the top, as refund.speed_changed has none', () => {
    expect(observed(event({ payment: payment(), refund: refund() }, { created_at: undefined })).observed_at).to.equal(
      1_795_000_500,
    );
  });

  it('finds the payment by its refund or dispute where it is not carried itself', () => {
    const observation = observed(event({ refund: refund() }));
    expect(observation.payment_id).to.equal(PAY);
    expect(observation).to.not.have.property('payment');
    expect(observation.refunds).to.have.length(1);
  });

  const dispute = (more: object = {}) => ({
    entity: {
      id: 'disp_Qx7Yz8Ab9Cd0Ef',
      payment_id: PAY,
      amount: 29_900,
      status: 'open',
      created_at: 1_795_000_700,
      ...more,
    },
  });
  const order = (more: object = {}) => ({ entity: { id: 'order_Qx7Yz8Ab9Cd0Ef', notes: { a: 'b' }, ...more } });
  const qr_code = (more: object = {}) => ({ entity: { id: 'qr_Qx7Yz8Ab9Cd0Ef', notes: { c: 'd' }, ...more } });

  it('takes all that it tells of a payment, under the event’s id', () => {
    const all = { payment: payment(), order: order(), qr_code: qr_code(), refund: refund(), dispute: dispute() };
    const translation = read(event(all, { event: 'any.thing', account_id: 'acc_Qx7Yz8Ab9Cd0Ef' }));
    expect(translation).to.include({
      kind: 'observation',
      event: 'any.thing',
      accountId: 'acc_Qx7Yz8Ab9Cd0Ef',
      createdAt: 1_795_000_600,
    });
    const observation = observed(event(all, { event: 'any.thing' }));
    expect(observation).to.include({
      id: 'evt',
      correlation_id: 'evt',
      payment_id: PAY,
      source: 'webhook',
      event: 'any.thing',
      observed_at: 1_795_000_700,
    });
    expect(observation.payment).to.include({ id: PAY, amount: 29_900, status: 'captured' });
    expect(observation.order).to.deep.equal({ id: 'order_Qx7Yz8Ab9Cd0Ef', notes: [{ key: 'a', value: 'b' }] });
    expect(observation.qr).to.deep.equal({ id: 'qr_Qx7Yz8Ab9Cd0Ef', notes: [{ key: 'c', value: 'd' }] });
    expect(observation.refunds?.map(({ id }) => id)).to.deep.equal(['rfnd_Qx7Yz8Ab9Cd0Ef']);
    expect(observation.disputes?.map(({ id }) => id)).to.deep.equal(['disp_Qx7Yz8Ab9Cd0Ef']);
  });

  it('touches no register that the event does not carry', () => {
    const fields = (envelope: object) => Object.keys(observed(envelope)).filter((key) => !(key in ENVELOPE));
    const ENVELOPE = { id: 0, payment_id: 0, source: 0, event: 0, observed_at: 0, correlation_id: 0 };
    expect(fields(event({ payment: payment() }))).to.deep.equal(['payment']);
    expect(fields(event({ payment: payment(), order: order() }))).to.have.members(['payment', 'order']);
    expect(fields(event({ payment: payment(), qr_code: qr_code() }))).to.have.members(['payment', 'qr']);
    expect(fields(event({ dispute: dispute() }))).to.deep.equal(['disputes']);
  });

  it('is dated by the newest of all that it carries', () => {
    const early = { created_at: 1_600_000_000 };
    const at = 1_795_009_999;
    for (const [name, one] of Object.entries({
      payment: payment({ created_at: at }),
      refund: refund({ created_at: at }),
      dispute: dispute({ created_at: at }),
      qr_code: qr_code({ created_at: at }),
      order: order({ created_at: at }),
    }))
      expect(observed(event({ payment: payment(), [name]: one }, early)).observed_at, name).to.equal(at);
    const limit = 99_999_999_999;
    expect(observed(event({ payment: payment(), order: order({ created_at: limit }) })).observed_at).to.equal(limit);
    // An order's time is read for this alone: an odd one does no harm.
    for (const odd of [limit + 1, 1.5, 'soon', '2000000000', null, -5])
      expect(observed(event({ payment: payment(), order: order({ created_at: odd }) })).observed_at).to.equal(
        1_795_000_600,
      );
  });

  it('says why it cannot read something, by fields and never by values', () => {
    const why = (bytes: Uint8Array | object) =>
      translate(bytes instanceof Uint8Array ? bytes : Buffer.from(JSON.stringify(bytes)), 'evt');
    expect(why(Buffer.from('<html>'))).to.deep.equal({
      kind: 'unreadable',
      event: null,
      accountId: null,
      reason: 'it is no JSON',
    });
    // Not UTF-8: a name must not be changed on the way.
    const broken = Buffer.from(JSON.stringify(event({ payment: payment({ notes: { name: 'Asha' } }) })));
    broken[broken.indexOf('Asha')] = 0xff;
    expect(why(broken)).to.include({ kind: 'unreadable', reason: 'it is no JSON' });
    expect(why([])).to.include({ kind: 'unreadable', event: null, accountId: null, reason: 'it is no event' });
    const account_id = 'acc_Qx7Yz8Ab9Cd0Ef';
    expect(why(event({ payment: payment({ id: 'x', amount: '1', notes: 's3cret' }) }, { account_id }))).to.deep.equal({
      kind: 'unreadable',
      event: 'refund.processed',
      accountId: account_id,
      reason: 'cannot read payment.entity.id, payment.entity.amount, payment.entity.notes',
    });
    expect(why(event({ refund: [] }))).to.include({ reason: 'cannot read refund' });
    expect(why(event({ refund: {} }))).to.include({ reason: 'cannot read refund.entity' });
    expect(why(event({ refund: refund(), order: order({ id: 7 }) }))).to.include({
      reason: 'cannot read order.entity.id',
    });
    expect(why(event({ payment: payment(), refund: refund({ payment_id: 'pay_00000000000000' }) }))).to.include({
      reason: 'its entities speak of different payments',
    });
  });

  it('reads a payment also where something beside it cannot be read, and says what that is', () => {
    const odd = { refund: refund({ amount: -1 }), dispute: dispute({ id: 1 }), order: order({ id: 7 }), qr_code: 'x' };
    const translation = read(event({ payment: payment(), ...odd }));
    if (translation.kind !== 'observation') throw new Error(`it is ${translation.kind}`);
    expect(translation.unread).to.equal(
      'cannot read refund.entity.amount; cannot read dispute.entity.id; cannot read order.entity.id; cannot read qr_code',
    );
    expect(translation.observation)
      .to.include.keys('payment')
      .and.not.include.keys('refunds', 'disputes', 'order', 'qr');
    const fine = read(event({ payment: payment(), order: order() }));
    expect(fine.kind === 'observation' && fine.unread).to.equal(null);
  });

  it('learns no account from what is no account’s id', () => {
    for (const account_id of [7, '', 'x', 'acc_', null, undefined])
      expect(read(event({ payment: payment() }, { account_id }))).to.include({ kind: 'observation', accountId: null });
  });

  it('tells the account and the time also of an event that is of no use', () => {
    expect(read(event({}, { account_id: 'acc_Qx7Yz8Ab9Cd0Ef' }))).to.deep.equal({
      kind: 'unused',
      event: 'refund.processed',
      accountId: 'acc_Qx7Yz8Ab9Cd0Ef',
      createdAt: 1_795_000_600,
    });
    expect(read(event({}, { created_at: null }))).to.include({ kind: 'unused', accountId: null, createdAt: null });
  });

  it('takes for an event only what is one', () => {
    const kind = (more: object) => read({ ...event({ payment: payment() }), ...more }).kind;
    expect(kind({ entity: undefined })).to.equal('observation');
    for (const odd of [
      { entity: 'payment' },
      { event: '' },
      { event: 'x'.repeat(201) },
      { created_at: -1 },
      { created_at: 1.5 },
      { created_at: 100_000_000_000 },
      { payload: null },
    ])
      expect(kind(odd), JSON.stringify(odd)).to.equal('unreadable');
    for (const fine of [{ event: 'x' }, { event: 'x'.repeat(200) }, { created_at: 0 }, { created_at: 99_999_999_999 }])
      expect(kind(fine), JSON.stringify(fine)).to.equal('observation');
  });

  it('believes no event whose entities speak of different payments', () => {
    const payment_id = 'pay_00000000000000';
    for (const others of [{ refund: refund({ payment_id }) }, { dispute: dispute({ payment_id }) }]) {
      expect(read(event({ payment: payment(), ...others })).kind).to.equal('unreadable');
      expect(read(event({ refund: refund(), dispute: dispute(), ...others })).kind).to.equal('unreadable');
    }
    expect(read(event({ payment: payment(), refund: refund(), dispute: dispute() })).kind).to.equal('observation');
  });

  it('has no use for an order or a QR code alone', () => {
    expect(read(event({ qr_code: { entity: { id: 'qr_Qx7Yz8Ab9Cd0Ef' } } })).kind).to.equal('unused');
    expect(read(event({})).kind).to.equal('unused');
  });

  it('reads notes in every shape they come in', () => {
    for (const notes of [[], {}, null, undefined])
      expect(observed(event({ payment: payment({ notes }) })).payment?.notes).to.deep.equal([]);
    expect(observed(event({ payment: payment({ notes: { 'a.$b': 7 } }) })).payment?.notes).to.deep.equal([
      { key: 'a.$b', value: '7' },
    ]);
  });

  it('guesses nothing: what does not fit is unreadable, with its reason and none of its values', () => {
    const odd = [
      { id: 'x' },
      { id: undefined },
      { amount: '299.00' },
      { amount: 8.35 },
      { amount: -1 },
      { created_at: null },
      { notes: 'a' },
    ];
    for (const more of odd) {
      const translation = read(event({ payment: payment(more) }));
      expect(translation.kind, JSON.stringify(more)).to.equal('unreadable');
    }
    expect(read(event({ payment: null })).kind).to.equal('unused');
    expect(read(event({ payment: PAY })).kind).to.equal('unreadable');
    expect(read({ event: 'x', payload: [] }).kind).to.equal('unreadable');
  });

  it('ends in one of its three ways on any bytes and any JSON, and every observation fits the bus', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const envelope = fc.record(
      {
        event: fc.oneof(fc.string(), json),
        payload: fc.oneof(
          json,
          fc.record(
            {
              payment: fc.oneof(
                json,
                fc.record({
                  entity: fc.record(
                    {
                      id: fc.constant(PAY),
                      amount: json,
                      currency: json,
                      status: fc.string(),
                      notes: json,
                      created_at: fc.nat(),
                    },
                    { requiredKeys: ['id'] },
                  ),
                }),
              ),
              refund: json,
              qr_code: json,
            },
            { requiredKeys: [] },
          ),
        ),
        created_at: json,
      },
      { requiredKeys: [] },
    );
    const bytes = fc.oneof(
      fc.uint8Array(),
      envelope.map((value) => Buffer.from(JSON.stringify(value))),
      fc.nat().map((amount) => Buffer.from(JSON.stringify(event({ payment: payment({ amount }) })))),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        const translation = translate(body, 'evt');
        expect(translation.kind).to.be.oneOf(['observation', 'unused', 'unreadable']);
        if (translation.kind === 'observation') observationSchema.parse(translation.observation);
      }),
    );
  });
});

describe('a webhook’s signature', () => {
  it('holds for these very bytes and one of the secrets, and for nothing else', () => {
    const secret = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.uint8Array(), secret, secret, fc.nat(), (bytes, mine, other, at) => {
        const body = Buffer.from(bytes);
        const signature = sign(body, mine);
        expect(isSigned(body, signature, [other, mine])).to.equal(true);
        expect(isSigned(body, signature, [other])).to.equal(mine === other);
        const changed = Buffer.concat([body, Buffer.from([at % 256])]);
        expect(isSigned(changed, signature, [mine])).to.equal(false);
        const flipped = signature.replace(/./, (digit) => (digit === '0' ? '1' : '0'));
        expect(isSigned(body, flipped, [mine])).to.equal(false);
      }),
    );
  });

  it('never holds for what only contains a signature', () => {
    const body = Buffer.from('{}');
    const good = sign(body, 'secret');
    for (const odd of [
      `${good}00`,
      `00${good}`,
      `x${good}`,
      `${good}x`,
      `${good}\n`,
      good.toUpperCase(),
      good.slice(2),
      '',
    ])
      expect(isSigned(body, odd, ['secret']), odd).to.equal(false);
    expect(isSigned(body, good, ['secret'])).to.equal(true);
  });

  it('never holds for an empty secret, however well it is signed', () => {
    const body = Buffer.from('{}');
    expect(isSigned(body, sign(body, ''), ['', ''])).to.equal(false);
    expect(isSigned(body, undefined, ['secret'])).to.equal(false);
  });
});

describe('the label of an event', () => {
  it('is one of a fixed list', () => {
    const known = [
      ...['authorized', 'captured', 'failed', 'pending'].map((what) => `payment.${what}`),
      ...['created', 'under_review', 'action_required', 'won', 'lost', 'closed'].map(
        (what) => `payment.dispute.${what}`,
      ),
      ...['order.paid', 'payment_link.paid', 'qr_code.created', 'qr_code.credited', 'qr_code.closed'],
      ...['created', 'processed', 'failed', 'speed_changed'].map((what) => `refund.${what}`),
    ];
    expect(known.map(eventLabel)).to.deep.equal(known);
    expect([eventLabel('made.up'), eventLabel(''), eventLabel(null)]).to.deep.equal(['other', 'other', 'none']);
  });
});
