import { expect } from 'chai';
import { type Bus, openBus, RequestFailed } from '../../../shared/bus/index.ts';
import { answer, type Requests } from '../../../shared/bus/requests.ts';
import { createLogger } from '../../../shared/log/index.ts';
import { PATIENCE } from '../../../test/patience.ts';
import { startPrivateNats } from '../../../test/servers.ts';
import { event, facts, payId, payment, ticketMail } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

type Sync = Requests['ingest.sync'];

const NO_COUNTS: Sync['answer']['counts'] = {
  calls: 0,
  pages: 0,
  fetched: 0,
  missing: 0,
  changed: 0,
  published: 0,
  found: 0,
  ticketed: 0,
  held: 0,
  foreign: 0,
  awaiting: 0,
  revoked: 0,
  unreadable: 0,
  pending: 0,
};
const outcome = (more: Partial<Sync['answer']>): Sync['answer'] => ({
  sweep_id: 'sweep-1',
  state: 'complete',
  from: 1,
  to: 2,
  counts: { ...NO_COUNTS, fetched: 42, missing: 2, ticketed: 2 },
  error: null,
  ...more,
});

/** Another service's side of the bus, on its own connection: what it answers is up to each test. */
function otherSide(url: string) {
  const bus: Bus = openBus({ url, name: 'other-side', log: createLogger('other-side', 'silent') });
  const asked: { subject: string; question: unknown; correlationId: string }[] = [];
  let sync: () => Sync['answer'] = () => outcome({});
  let live: () => Requests['ingest.payment-status']['answer'] = () => ({ payment: facts(1), observed_at: 1 });
  answer(bus, 'ingest.sync', async (question, correlationId) => {
    asked.push({ subject: 'ingest.sync', question, correlationId });
    return sync();
  });
  answer(bus, 'ingest.payment-status', async (question, correlationId) => {
    asked.push({ subject: 'ingest.payment-status', question, correlationId });
    return live();
  });
  answer(bus, 'ticketing.settle', async (question, correlationId) => {
    asked.push({ subject: 'ticketing.settle', question, correlationId });
    return { settled: 1 };
  });
  answer(bus, 'ticketing.resend', async () => {
    throw new Error('a fault of its own');
  });
  return {
    bus,
    asked,
    onSync: (reply: typeof sync) => {
      sync = reply;
    },
    onStatus: (reply: typeof live) => {
      live = reply;
    },
  };
}

describe('what the gateway asks others', () => {
  let gateway: TestGateway;
  let others: ReturnType<typeof otherSide>;
  before(async () => {
    const nats = await startPrivateNats();
    others = otherSide(nats.url);
    gateway = await startTestGateway({ env: { NATS_URL: nats.url } });
    await gateway.store.events.create(event(1));
    // Served once both are connected and the other side's subscription has reached the server.
    for (;;) {
      const { status } = await gateway.ask('admin', 'POST', '/api/payments/sync');
      if (status === 200) break;
    }
  });
  after(async () => {
    await gateway.stop();
    await others.bus.close();
  });
  beforeEach(() => {
    others.asked.length = 0;
  });

  const sync = (body?: object) => gateway.ask('admin', 'POST', '/api/payments/sync', body);
  const status = (id = payId(1)) => gateway.ask('admin', 'GET', `/api/payments/razorpay-status?payment_id=${id}`);

  it('answers a complete sync 200 with the counts', async () => {
    others.onSync(() => outcome({}));
    const { status, body } = await sync({ from: '2026-11-20T00:00:00Z', to: 1_795_300_000 });
    expect(status).to.equal(200);
    expect(body).to.include({
      success: true,
      complete: true,
      fetched: 42,
      missing: 2,
      ticketed: 2,
      sweep_id: 'sweep-1',
    });
    expect(body.message).to.contain('42 payments');
    expect(others.asked[0]?.question).to.deep.include({
      from: Date.parse('2026-11-20T00:00:00Z') / 1_000,
      to: 1_795_300_000,
      requested_by: 'admin',
    });
  });

  it('never tells of a success with entries that nobody could read as if there were none', async () => {
    const { counts } = outcome({});
    others.onSync(() => outcome({ counts: { ...counts, unreadable: 2 } }));
    const { body } = await sync({});
    expect(body).to.include({ success: true, unreadable: 2 });
    expect(body.message).to.contain('2 entries could not be read');
  });

  it('answers one that still runs 202 and says where to look', async () => {
    others.onSync(() => outcome({ state: 'running' }));
    const { status, headers, body } = await sync({});
    expect(status).to.equal(202);
    expect(headers.get('location')).to.equal('/api/sweeps/sweep-1');
    expect(body).to.include({ success: false, complete: false, state: 'running' });
  });

  for (const state of ['failed', 'interrupted'] as const)
    it(`answers a ${state} one 502 with the reason, and never as a success`, async () => {
      others.onSync(() => outcome({ state, error: 'Razorpay answered 500' }));
      const { status, headers, body } = await sync();
      expect(status).to.equal(502);
      expect(headers.get('content-type')).to.contain('problem+json');
      expect(body).to.include({
        success: false,
        complete: false,
        state,
        error: 'Razorpay answered 500',
        sweep_id: 'sweep-1',
      });
      expect(body.detail).to.contain('Razorpay answered 500');
    });

  it('answers 404 for a payment that Razorpay does not know', async () => {
    others.onSync(() => {
      throw new RequestFailed(404, 'Razorpay does not know this payment');
    });
    const { status, body } = await sync({ payment_id: payId(7) });
    expect(status).to.equal(404);
    expect(body).to.include({ success: false, detail: 'Razorpay does not know this payment' });
    expect(others.asked[0]?.question).to.deep.include({ payment_id: payId(7) });
  });

  it('refuses half a window, one that ends before it begins, and both ways at once', async () => {
    for (const body of [
      { from: 1 },
      { to: 1 },
      { from: 1_795_000_000_000, to: 1_795_000_001_000 },
      { payment_id: payId(1), from: 1, to: 2 },
      { payment_id: '../refunds' },
    ])
      expect((await sync(body)).status, JSON.stringify(body)).to.equal(400);
    expect((await sync({ from: 2, to: 1 })).status).to.equal(422);
    expect(others.asked).to.deep.equal([]);
  });

  it('shows a payment live beside ours, and where they differ', async () => {
    await gateway.store.payments.create(payment(1));
    others.onStatus(() => ({ payment: facts(1), observed_at: 1 }));
    const same = await status();
    expect(same.body).to.deep.include({ payment_id: payId(1), in_sync: true, differences: [] });
    expect(same.body.ours.id).to.equal(payId(1));
    others.onStatus(() => ({ payment: facts(1, { status: 'refunded', amount_refunded: 29_900 }), observed_at: 1 }));
    const other = await status();
    expect(other.body.in_sync).to.equal(false);
    expect(other.body.differences).to.have.members(['status', 'amount_refunded']);
    expect(other.body.razorpay.notes).to.deep.equal({ name: 'Asha Rao' });
    others.onStatus(() => ({ payment: facts(2), observed_at: 1 }));
    expect((await status(payId(2))).body).to.deep.include({ ours: null, in_sync: false });
  });

  it('tells a payment nobody knows, a failing Razorpay and a bad id apart', async () => {
    others.onStatus(() => {
      throw new RequestFailed(404, 'unknown');
    });
    expect((await status('pay_ZZZZZZZZZZZZZZ')).status).to.equal(404);
    others.onStatus(() => {
      throw new RequestFailed(502, 'Razorpay answered 500');
    });
    const failed = await status();
    expect(failed.status).to.equal(502);
    expect(failed.body.detail).to.contain('500');
    expect((await status('pay_short')).status).to.equal(400);
  });

  it('lays no fault of our own services on Razorpay', async () => {
    await gateway.store.mails.create(ticketMail(5));
    const { status: code, body } = await gateway.ask('admin', 'POST', '/api/mails/5:ticket:1/resend');
    expect([code, body.title]).to.deep.equal([500, 'Internal error']);
    expect(JSON.stringify(body)).not.to.contain('a fault of its own').and.not.to.contain('Razorpay');
  });

  it('hastens ticketing after a change, with the request’s correlation id', async () => {
    await gateway.store.payments.create(payment(9));
    const answered = await gateway.ask('admin', 'PUT', `/api/payments/${payId(9)}`, { details: { section: 'B' } });
    expect(others.asked).to.deep.equal([
      {
        subject: 'ticketing.settle',
        question: { payment_id: payId(9) },
        correlationId: answered.headers.get('x-correlation-id'),
      },
    ]);
    await gateway.ask('admin', 'PUT', '/api/events/1', { capacity: 7 });
    expect(others.asked[1]).to.deep.include({ subject: 'ticketing.settle', question: { event_id: 1 } });
    await gateway.ask('admin', 'PUT', '/api/events/1', { capacity: 7 });
    expect(others.asked, 'nothing changed').to.have.length(2);
  });
});

describe('with nobody on the other side', () => {
  it('what needs it is 503 with a reason at once, and the rest works', async () => {
    const nats = await startPrivateNats();
    const gateway = await startTestGateway({ env: { NATS_URL: nats.url } });
    try {
      await gateway.store.events.create(event(1));
      await gateway.store.payments.create(payment(1));
      const both = async (reason: RegExp) => {
        for (const [method, path] of [
          ['POST', '/api/payments/sync'],
          ['GET', `/api/payments/razorpay-status?payment_id=${payId(1)}`],
        ] as const) {
          const started = performance.now();
          const answered = await gateway.ask('admin', method, path);
          expect(answered.status, path).to.equal(503);
          expect(answered.body.detail, path).to.match(reason);
          expect(answered.headers.get('retry-after'), path).to.match(/^\d+$/);
          if (method === 'POST') expect(answered.body.success).to.equal(false);
          expect(performance.now() - started).to.be.below(2_000 * PATIENCE);
        }
      };
      for (let tries = 0; !gateway.parts.bus.connected() && tries < 500; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await both(/ingest.*not running/);
      const { body: trail } = await gateway.ask('admin', 'GET', '/api/admin/logs?action=sync.requested');
      expect(trail[0], 'who asked in vain').to.deep.include({ actor: 'admin', facts: { refused: 503 } });
      await nats.stop();
      await both(/bus|ingest/);
      const changed = await gateway.ask('admin', 'PUT', `/api/payments/${payId(1)}`, { details: { section: 'B' } });
      expect(changed.status).to.equal(200);
      expect(changed.body.pending, 'ticketing finds it by itself').to.equal(true);
    } finally {
      await gateway.stop();
    }
  });
});
