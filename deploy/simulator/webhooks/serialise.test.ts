import { expect } from 'chai';
import { Clock } from '../state/clock.ts';
import { Ledger, type LedgerEvent, type NewPayment } from '../state/ledger.ts';
import { serialise } from './serialise.ts';

const WANTED: NewPayment = {
  amount: 29_900,
  currency: 'INR',
  method: 'upi',
  email: 'void@razorpay.com',
  contact: '+919800000001',
  notes: { zeta: 'Zoë', alpha: 'a/b' },
  order_id: null,
  qr_code_id: null,
  status: 'captured',
};

/** The bodies that a story in the books makes, by event. */
function bodies(story: (ledger: Ledger) => void): Map<string, string> {
  const events: LedgerEvent[] = [];
  story(new Ledger(new Clock(), (event) => events.push(event)));
  return new Map(events.map((event) => [event.name, serialise(event, 'acc_Qa1b2C3d4E5f6G').toString('utf8')]));
}

function parse(body: string | undefined) {
  return JSON.parse(body ?? '');
}

describe('the webhook families', () => {
  it('write payment.captured in the order of insertion, plain', () => {
    const body = bodies((ledger) => ledger.createPayment(WANTED)).get('payment.captured') ?? '';
    expect(body).to.match(
      /^\{"entity":"event","account_id":"acc_Qa1b2C3d4E5f6G","event":"payment.captured","contains":\["payment"\],"payload":/,
    );
    expect(body).to.contain('"notes":{"zeta":"Zoë","alpha":"a/b"},"fee":706,"tax":108,');
    expect(Object.keys(parse(body).payload.payment.entity)).to.deep.equal([
      ...['id', 'entity', 'amount', 'currency', 'status', 'order_id', 'invoice_id', 'international', 'method'],
      ...['amount_refunded', 'refund_status', 'captured', 'description', 'card_id', 'bank', 'wallet', 'vpa', 'email'],
      ...['contact', 'notes', 'fee', 'tax', 'error_code', 'error_description', 'error_source', 'error_step'],
      ...['error_reason', 'acquirer_data', 'emi_plan', 'created_at', 'reward', 'upi', 'base_amount'],
    ]);
    expect(parse(body).payload.payment.entity.acquirer_data.rrn).to.match(/^\d{12}$/);
  });

  it('show an authorised payment without fee, tax, reward and base amount', () => {
    const { entity } = parse(bodies((ledger) => ledger.createPayment(WANTED)).get('payment.authorized')).payload
      .payment;
    expect(entity).to.include({ status: 'authorized', captured: false, fee: null, tax: null });
    expect(entity).to.not.have.any.keys('reward', 'base_amount');
  });

  it('fill the error fields of a failed payment and write its missing notes as a list', () => {
    const story = (ledger: Ledger) => ledger.createPayment({ ...WANTED, notes: [], status: 'failed' });
    const body = bodies(story).get('payment.failed') ?? '';
    expect(body).to.contain('"notes":[]');
    const { entity } = parse(body).payload.payment;
    expect(entity).to.include({ status: 'failed', captured: false, error_code: 'BAD_REQUEST_ERROR' });
    expect(entity.error_description).to.be.a('string');
    expect(entity.acquirer_data).to.deep.equal({ rrn: null });
  });

  it('keep the notes of order and payment apart in order.paid', () => {
    const story = (ledger: Ledger) => {
      const { id } = ledger.createOrder({ amount: 29_900, currency: 'INR', notes: { event_id: '1' } });
      ledger.createPayment({ ...WANTED, order_id: id });
    };
    const { contains, payload } = parse(bodies(story).get('order.paid'));
    expect(contains).to.deep.equal(['payment', 'order']);
    expect(payload.payment.entity.notes).to.deep.equal(WANTED.notes);
    expect(payload.order.entity).to.include({ amount_paid: 29_900, amount_due: 0, status: 'paid', attempts: 1 });
    expect(payload.order.entity.notes).to.deep.equal({ event_id: '1' });
  });

  it('write refund.* with sorted keys at every depth and plain slashes', () => {
    const body =
      bodies((ledger) => ledger.createPayment({ ...WANTED, status: 'refunded' })).get('refund.processed') ?? '';
    const sorted = (value: unknown): void => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
      expect(Object.keys(value)).to.deep.equal(Object.keys(value).sort());
      Object.values(value).forEach(sorted);
    };
    sorted(parse(body));
    expect(body).to.contain('"notes":{"alpha":"a/b","zeta":"Zoë"}');
    expect(body).to.match(/^\{"account_id":.*"contains":\["refund","payment"\],"created_at":/);
    expect(parse(body).payload.payment.entity).to.include({ status: 'refunded', refund_status: 'full' });
    expect(parse(body).payload.refund.entity).to.include({ status: 'processed', amount: 29_900 });
  });

  it('write qr_code.* with escaped slashes and \\uXXXX, beyond the basic plane too', () => {
    const story = (ledger: Ledger) => {
      const { id } = ledger.createQrCode({ name: 'Fête 🎟/1', notes: { name: 'Zoë' } }, true);
      ledger.createPayment({ ...WANTED, notes: [], qr_code_id: id });
    };
    const body = bodies(story).get('qr_code.credited') ?? '';
    expect(body)
      .to.contain('"name":"F\\u00eate \\ud83c\\udf9f\\/1"')
      .and.to.contain('"image_url":"https:\\/\\/rzp.io\\/i\\/');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point is that nothing but ASCII is left.
    expect(body).to.match(/^[\x00-\x7f]*$/);
    const { contains, payload } = parse(body);
    expect(contains).to.deep.equal(['payment', 'qr_code']);
    expect(payload.payment.entity).to.include({ order_id: null, description: 'QRv2 Payment' });
    expect(payload.qr_code.entity.notes).to.deep.equal({ name: 'Zoë' });
    expect(payload.qr_code.entity.payments_count_received, 'stale').to.equal(0);
  });

  it('carry the dispute beside the payment', () => {
    const story = (ledger: Ledger) => {
      const { id } = ledger.createPayment({ ...WANTED, method: 'card' });
      ledger.dispute(id, 'created', 9_900);
      ledger.dispute(id, 'lost', undefined);
    };
    const lost = parse(bodies(story).get('payment.dispute.lost'));
    expect(lost.contains).to.deep.equal(['payment', 'dispute']);
    expect(lost.payload.dispute.entity).to.include({ status: 'lost', amount: 9_900, amount_deducted: 9_900 });
    expect(lost.payload.payment.entity.card).to.include({ entity: 'card' });
  });
});
