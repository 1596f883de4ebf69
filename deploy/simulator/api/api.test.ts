import { expect } from 'chai';
import { KEY, type Running, sdk, startSimulator } from '../testing/running.ts';

interface Paid {
  id: string;
  order_id: string;
  qr_code_id: string;
  created_at: number;
}

interface Listed {
  entity: string;
  count: number;
  items: { id: string; created_at: number }[];
}

/** What the SDK rejects with. */
async function refusal(call: PromiseLike<unknown>): Promise<{ statusCode: number; error: Record<string, unknown> }> {
  try {
    await call;
  } catch (error) {
    return error as { statusCode: number; error: Record<string, unknown> };
  }
  throw new Error('it was not refused');
}

const T0 = 1_795_000_000;

describe('the API, through the real SDK', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startSimulator();
  });
  afterEach(() => running.close());

  const pay = (more = {}) => running.control<Paid>('/payments', { amount: 29_900, ...more });
  const ids = (list: unknown) => (list as Listed).items.map(({ id }) => id);

  it('finds a payment by its id, with every field Razorpay answers', async () => {
    const notes = { name: 'Asha Rao', roll_number: '21CS042' };
    const { id } = await pay({ notes, created_at: T0 });
    const payment = await running.rzp.payments.fetch(id);
    expect(Object.keys(payment)).to.deep.equal([
      ...['id', 'entity', 'amount', 'currency', 'status', 'order_id', 'invoice_id', 'international', 'method'],
      ...['amount_refunded', 'refund_status', 'captured', 'description', 'card_id', 'bank', 'wallet', 'vpa', 'email'],
      ...['contact', 'notes', 'fee', 'tax', 'error_code', 'error_description', 'error_source', 'error_step'],
      ...['error_reason', 'acquirer_data', 'created_at', 'upi'],
    ]);
    expect(payment).to.include({
      id,
      status: 'captured',
      created_at: T0,
      fee: 706,
      tax: 108,
      email: 'void@razorpay.com',
    });
    expect(payment.notes).to.deep.equal(notes);
  });

  it('fills the fields that each method has', async () => {
    const fetched = async (method: string) => running.rzp.payments.fetch((await pay({ method })).id);
    expect((await fetched('card')).card_id).to.match(/^card_[A-Za-z0-9]{14}$/);
    expect((await fetched('netbanking')).bank).to.equal('HDFC');
    expect((await fetched('wallet')).wallet).to.equal('payzapp');
    const upi = await fetched('upi');
    expect(upi.vpa).to.contain('@');
    expect(upi.acquirer_data?.rrn).to.match(/^\d{12}$/);
  });

  it('makes unique ids that look like the real ones', async () => {
    const paid = await Promise.all(Array.from({ length: 50 }, () => pay({ qr_code: true })));
    for (const { id, qr_code_id } of paid) {
      expect(id).to.match(/^pay_[A-Za-z0-9]{14}$/);
      expect(qr_code_id).to.match(/^qr_[A-Za-z0-9]{14}$/);
    }
    expect(new Set(paid.map(({ id }) => id)).size).to.equal(50);
  });

  it('pages newest first, ten unless told otherwise, through more than a hundred', async () => {
    const all: string[] = [];
    for (let i = 0; i < 230; i += 1) all.unshift((await pay({ created_at: T0 + i, quiet: true })).id);
    expect(ids(await running.rzp.payments.all())).to.deep.equal(all.slice(0, 10));
    const pages: string[][] = [];
    for (let skip = 0; pages.at(-1)?.length !== 30; skip += 100) {
      const page = (await running.rzp.payments.all({ from: T0, to: T0 + 1_000, count: 100, skip })) as Listed;
      expect(page).to.include({ entity: 'collection', count: page.items.length });
      pages.push(ids(page));
    }
    expect(pages.flat()).to.deep.equal(all);
  });

  it('takes both ends of the window, by creation time', async () => {
    const [, b, c] = [
      await pay({ created_at: T0 }),
      await pay({ created_at: T0 + 1 }),
      await pay({ created_at: T0 + 2 }),
    ];
    await pay({ created_at: T0 + 3 });
    expect(ids(await running.rzp.payments.all({ from: T0 + 1, to: T0 + 2 }))).to.deep.equal([c.id, b.id]);
  });

  it('refuses what Razorpay refuses, in its words', async () => {
    const refused = async (query: string) => {
      const authorization = `Basic ${btoa(`${KEY.keyId}:${KEY.keySecret}`)}`;
      const response = await fetch(`${running.url}/v1/payments?${query}`, { headers: { authorization } });
      expect(response.status, query).to.equal(400);
      return ((await response.json()) as { error: { description: string } }).error.description;
    };
    expect(await refused(`from=${T0}000`)).to.equal('from must be between 946684800 and 4765046400');
    expect(await refused('to=5')).to.equal('to must be between 946684800 and 4765046400');
    expect(await refused('from=2026-01-01T00:00:00Z')).to.equal('from must be an integer.');
    expect(await refused('count=101')).to.equal('The count may not be greater than 100.');
    expect(await refused('count=0')).to.equal('The count must be at least 1.');
    expect(await refused('count=ten')).to.equal('The count must be an integer.');
    expect(await refused('skip=-1')).to.equal('The skip must be at least 0.');
  });

  it('answers 400, not 404, for an id it does not know', async () => {
    const { payments, orders, refunds, qrCode, disputes } = running.rzp;
    const calls = [
      payments.fetch('pay_00000000000000'),
      orders.fetch('order_00000000000000'),
      refunds.fetch('rfnd_00000000000000'),
      qrCode.fetch('qr_00000000000000'),
      qrCode.fetchAllPayments('qr_00000000000000'),
      disputes.fetch('disp_00000000000000'),
    ];
    for (const call of calls) {
      const { statusCode, error } = await refusal(call);
      expect(statusCode).to.equal(400);
      expect(error).to.include({ code: 'BAD_REQUEST_ERROR', description: 'The id provided does not exist' });
      expect(error).to.have.all.keys('code', 'description', 'source', 'step', 'reason', 'metadata');
    }
  });

  it('answers 401 to a wrong or missing key', async () => {
    const wrong = await refusal(sdk(running.url, KEY.keyId, 'guess').payments.all());
    expect(wrong).to.deep.include({ statusCode: 401 });
    expect(wrong.error).to.include({ code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' });
    expect((await fetch(`${running.url}/v1/payments`)).status).to.equal(401);
  });

  it('answers an unknown URL as the API, and anything outside it as the edge', async () => {
    const { statusCode, error } = await refusal(running.rzp.plans.all());
    expect(statusCode).to.equal(400);
    expect(error.description).to.equal('The requested URL was not found on the server.');
    const outside = await fetch(`${running.url}/elsewhere`);
    expect(outside.status).to.equal(404);
    expect(await outside.json()).to.have.all.keys('message');
  });

  it('tells refunds in lists, by id and by payment', async () => {
    const { id } = await pay();
    await pay({ status: 'refunded' });
    const partial = await running.control<{ id: string }>(`/payments/${id}/refund`, { amount: 9_900 });
    const { rzp } = running;
    expect(await rzp.payments.fetch(id)).to.include({
      status: 'captured',
      refund_status: 'partial',
      amount_refunded: 9_900,
      captured: true,
    });
    expect(await rzp.refunds.all({})).to.include({ count: 2 });
    expect(await rzp.refunds.fetch(partial.id)).to.include({ payment_id: id, amount: 9_900, status: 'processed' });
    expect(ids(await rzp.payments.fetchMultipleRefund(id, {}))).to.deep.equal([partial.id]);
    expect(await rzp.payments.fetchRefund(id, partial.id)).to.include({ id: partial.id });
  });

  it('tells orders, with their own notes, and their payments', async () => {
    const first = await pay({ order_notes: { event_id: '1' }, notes: { name: 'Asha' } });
    const second = await pay({ order_id: first.order_id });
    const { orders } = running.rzp;
    expect((await orders.fetch(first.order_id)).notes).to.deep.equal({ event_id: '1' });
    expect(await orders.fetch(first.order_id)).to.include({ status: 'paid', attempts: 2, amount_due: 0 });
    expect(ids(await orders.fetchPayments(first.order_id))).to.deep.equal([second.id, first.id]);
    expect(ids(await orders.all({}))).to.deep.equal([first.order_id]);
  });

  it('tells QR codes by id, by payment and with their payments, whose list entries know nothing of the code', async () => {
    const { id: code } = await running.control<{ id: string }>('/qr_codes', { name: 'Fest', notes: { event: 1 } });
    const { id } = await pay({ qr_code: code, qr_notes: { name: 'Asha' } });
    const other = await pay();
    const { qrCode, payments } = running.rzp;
    expect(await qrCode.fetch(code)).to.include({
      id: code,
      payments_count_received: 1,
      payments_amount_received: 29_900,
    });
    const byPayment = (payment_id: string) => qrCode.all({ payment_id } as never) as Promise<unknown>;
    expect(((await byPayment(id)) as { items: { notes: unknown }[] }).items[0]?.notes).to.deep.equal({ name: 'Asha' });
    expect(ids(await byPayment(other.id))).to.deep.equal([]);
    expect(ids(await qrCode.fetchAllPayments(code, { count: 100 }))).to.deep.equal([id]);
    const entry = ((await payments.all({})) as Listed).items.find((item) => item.id === id);
    expect(entry).to.include({ order_id: null, description: 'QRv2 Payment' });
    expect(JSON.stringify(entry)).to.not.contain(code).and.to.not.contain('Asha');
  });

  it('tells disputes', async () => {
    const { id } = await pay({ method: 'card' });
    const { id: dispute } = await running.control<{ id: string }>(`/payments/${id}/dispute`, {});
    await running.control(`/payments/${id}/dispute`, { status: 'won' });
    expect(await running.rzp.disputes.fetch(dispute)).to.include({ payment_id: id, status: 'won', amount_deducted: 0 });
    expect(ids(await running.rzp.disputes.all({}))).to.deep.equal([dispute]);
  });

  it('never lets the id route take a list for an id', async () => {
    await running.control('/qr_codes', { name: 'Fest' });
    expect(await running.rzp.qrCode.all({})).to.include({ entity: 'collection', count: 1 });
  });
});
