import { expect } from 'chai';
import fc from 'fast-check';
import { observationSchema } from '../../../shared/razorpay/observation.ts';
import { sign } from '../test/stage.ts';
import { eventLabel } from './events.ts';
import { isSigned } from './signature.ts';
import { translate } from './translate.ts';

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

  it('believes no event whose entities speak of different payments', () => {
    const other = refund({ payment_id: 'pay_00000000000000' });
    expect(read(event({ payment: payment(), refund: other })).kind).to.equal('unreadable');
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

  it('never holds for an empty secret, however well it is signed', () => {
    const body = Buffer.from('{}');
    expect(isSigned(body, sign(body, ''), ['', ''])).to.equal(false);
    expect(isSigned(body, undefined, ['secret'])).to.equal(false);
  });
});

describe('the label of an event', () => {
  it('is one of a fixed list', () => {
    expect([eventLabel('order.paid'), eventLabel('made.up'), eventLabel(null)]).to.deep.equal([
      'order.paid',
      'other',
      'none',
    ]);
  });
});
