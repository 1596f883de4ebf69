import { expect } from 'chai';
import { MOMENT } from '../../../test/patience.ts';
import { type Running, startSimulator } from '../testing/running.ts';

interface State {
  id: string;
  status: string;
  amount_refunded: number;
  order_id: string | null;
  qr_code_id: string | null;
  created_at: number;
  notes: unknown;
  order_notes: unknown;
  qr_notes: unknown;
  refunds: { id: string; status: string }[];
  disputes: { status: string }[];
}

describe('the control routes', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startSimulator();
  });
  afterEach(() => running.close());

  const pay = (more = {}) => running.control<State>('/payments', { amount: 10_000, ...more });
  const step = (id: string, name: string, body = {}) => running.control<State>(`/payments/${id}/${name}`, body);
  const state = (id: string) => running.control<State>(`/payments/${id}`);
  const refused = async (path: string, body: unknown): Promise<string> => {
    try {
      await running.control(path, body);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it was taken');
  };

  it('make a payment of now, captured, unless told otherwise', async () => {
    const payment = await pay();
    expect(payment).to.include({
      status: 'captured',
      currency: 'INR',
      method: 'upi',
      order_id: null,
      qr_code_id: null,
    });
    expect(payment.created_at).to.be.closeTo(Date.now() / 1000, MOMENT);
    expect(await pay({ status: 'authorized' })).to.include({ status: 'authorized', captured: false });
    expect(await pay({ email: null, notes: null })).to.include({ email: null, notes: null });
  });

  it('take a failed payment to captured: a late authorisation', async () => {
    const { id } = await pay({ status: 'failed' });
    expect(await step(id, 'authorize')).to.include({ status: 'authorized', error_code: null });
    expect(await step(id, 'capture')).to.include({ status: 'captured' });
  });

  it('refund in parts until nothing is left, and no more', async () => {
    const { id } = await pay();
    await step(id, 'refund', { amount: 4_000 });
    expect(await state(id)).to.include({ status: 'captured', refund_status: 'partial', amount_refunded: 4_000 });
    expect(await refused(`/payments/${id}/refund`, { amount: 6_001 }))
      .to.contain('400')
      .and.to.contain('6000');
    await step(id, 'refund');
    expect(await state(id)).to.include({ status: 'refunded', refund_status: 'full', amount_refunded: 10_000 });
    expect(await refused(`/payments/${id}/refund`, {})).to.contain("refunded can't be refunded");
  });

  it('let a refund wait, and process it later', async () => {
    const { id } = await pay();
    const refund = await step(id, 'refund', { status: 'pending' });
    expect(refund.status).to.equal('pending');
    expect((await state(id)).status).to.equal('refunded');
    expect(await running.control(`/refunds/${refund.id}/process`, {})).to.include({ status: 'processed' });
    expect(await refused(`/refunds/${refund.id}/process`, {})).to.contain('already processed');
  });

  it('bring the money back when a refund fails, the given one or the latest', async () => {
    const { id } = await pay();
    const first = await step(id, 'refund', { amount: 4_000 });
    await step(id, 'refund', { amount: 6_000 });
    await step(id, 'refund-fails');
    expect(await state(id)).to.include({ status: 'captured', refund_status: 'partial', amount_refunded: 4_000 });
    await step(id, 'refund-fails', { refund_id: first.id });
    expect(await state(id)).to.include({ status: 'captured', refund_status: null, amount_refunded: 0 });
    expect(await refused(`/payments/${id}/refund-fails`, {})).to.contain('no refund to fail');
  });

  it('open a dispute and move it on', async () => {
    const { id } = await pay();
    expect(await refused(`/payments/${id}/dispute`, { status: 'won' })).to.contain('no dispute');
    await step(id, 'dispute', { amount: 500 });
    await step(id, 'dispute', { status: 'closed' });
    expect((await state(id)).disputes).to.have.length(1);
    expect((await state(id)).disputes[0]).to.include({ status: 'closed', amount: 500 });
  });

  it('edit notes without an event, and forget a payment for good', async () => {
    const { id } = await pay({ status: 'refunded' });
    const before = running.simulator.account.deliverer.deliveries.length;
    expect((await step(id, 'notes', { notes: { name: 'Asha' } })).notes).to.deep.equal({ name: 'Asha' });
    expect(running.simulator.account.deliverer.deliveries.length).to.equal(before);
    await step(id, 'forget');
    expect(await refused(`/payments/${id}/capture`, {})).to.contain('404');
    expect(await running.rzp.payments.all({})).to.include({ count: 0 });
    expect(await running.rzp.refunds.all({})).to.include({ count: 0 });
  });

  it('show all final states with what belongs to them', async () => {
    const a = await pay({ order_notes: { event_id: 1 }, status: 'refunded' });
    const b = await pay({ qr_code: 'Fest', qr_notes: { name: 'Asha' } });
    const all = await running.control<State[]>('/payments');
    expect(all.map(({ id }) => id)).to.deep.equal([b.id, a.id]);
    expect(all[0]?.qr_notes).to.deep.equal({ name: 'Asha' });
    expect(all[1]?.order_notes).to.deep.equal({ event_id: 1 });
    expect(all[1]?.refunds[0]).to.include({ status: 'processed' });
  });

  it('reuse a QR code and an order by their ids', async () => {
    const { id: code } = await running.control<State>('/qr_codes', { id: 'qr_Fest0000000001', name: 'Fest' });
    expect((await pay({ qr_code: code })).qr_code_id).to.equal('qr_Fest0000000001');
    expect((await pay({ qr_code: code })).qr_code_id).to.equal('qr_Fest0000000001');
    expect((await pay({ order_id: 'order_Fest0000000001' })).order_id).to.equal('order_Fest0000000001');
  });

  it('say clearly what is wrong with a call', async () => {
    expect(await refused('/payments', {}))
      .to.contain('400')
      .and.to.contain('amount');
    expect(await refused('/payments', { amount: 1.5 })).to.contain('amount: ');
    expect(await refused('/payments', { amount: 100, colour: 'red' })).to.contain('colour');
    expect(await refused('/payments', { amount: 100, created_at: Date.now() })).to.contain('created_at: ');
    expect(await refused('/payments', { amount: 100, qr_code: 'qr_00000000000000' })).to.contain('not known here');
    expect(await refused('/payments', { amount: 100, qr_code: true, order_notes: {} })).to.contain('no order');
    expect(await refused('/payments', { amount: 100, qr_notes: {} })).to.contain('no qr_code');
    expect(await refused('/payments', { amount: 100, notes: { a: 'x'.repeat(257) } })).to.contain('notes');
    expect(await refused('/payments/pay_00000000000000/capture', {})).to.contain('404');
    const { id } = await pay();
    expect(await refused(`/payments/${id}/fail`, {})).to.contain("captured can't be failed");
    expect(await refused('/webhooks', { dropp: 1 })).to.contain('dropp');
    expect(await refused('/nothing', {})).to.contain('there is no POST /control/nothing');
    const broken = await fetch(`${running.url}/control/payments`, { method: 'POST', body: '{"amount":' });
    expect(broken.status).to.equal(400);
    expect(await broken.text()).to.contain('not JSON');
  });

  it('list deliveries by what they are about, the latest so many', async () => {
    await running.control('/webhooks', { url: 'http://127.0.0.1:1/none', drop: 1 });
    const { id } = await pay();
    await pay({ status: 'failed' });
    const events = async (query: string) =>
      (await running.control<{ event: string }[]>(`/deliveries${query}`)).map(({ event }) => event);
    expect(await events('')).to.deep.equal(['payment.authorized', 'payment.captured', 'payment.failed']);
    expect(await events(`?payment_id=${id}&event=payment.captured`)).to.deep.equal(['payment.captured']);
    expect(await events('?limit=2&state=dropped')).to.deep.equal(['payment.captured', 'payment.failed']);
    const misspelt = await fetch(`${running.url}/control/deliveries?payment=${id}`);
    expect(misspelt.status).to.equal(400);
  });

  it('count the calls of the API by route and answer', async () => {
    const { id } = await pay();
    await running.rzp.payments.fetch(id);
    await running.rzp.payments.all({ count: 7 });
    await running.rzp.payments.all({});
    const { counts, recent } = await running.control<{ counts: object; recent: { url: string }[] }>('/calls');
    expect(counts).to.deep.equal({ 'GET /v1/payments/:id': { 200: 1 }, 'GET /v1/payments': { 200: 2 } });
    expect(recent[1]?.url).to.contain('count=7');
  });

  it('keep the account id of a key through a restart', async () => {
    const again = await startSimulator();
    const { account_id } = await again.control('/state');
    await again.close();
    expect(account_id).to.match(/^acc_[A-Za-z0-9]{14}$/);
    expect((await running.control('/state')).account_id).to.equal(account_id);
  });
});
