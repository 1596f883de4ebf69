import { expect } from 'chai';
import { hmac, type Receiver, startReceiver } from '../testing/receiver.ts';
import { type Running, startSimulator, until } from '../testing/running.ts';

const SECRET = 'whsec_current';

interface ShownDelivery {
  event_id: string;
  event: string;
  payment_id: string | null;
  state: string;
  reason: string | null;
  signature: string;
  body: string;
  duplicate: boolean;
  attempts: { at: string; status?: number; error?: string; ms: number }[];
}

describe('webhook deliveries', () => {
  let receiver: Receiver;
  let running: Running;

  beforeEach(async () => {
    receiver = await startReceiver();
    running = await startSimulator({ webhookUrl: receiver.url, webhookSecret: SECRET, retryScale: 0.0002 });
  });
  afterEach(async () => {
    await running.close();
    await receiver.close();
  });

  const pay = (more = {}) =>
    running.control<{ id: string; qr_code_id: string }>('/payments', { amount: 29_900, ...more });
  const deliveries = (query = '') => running.control<ShownDelivery[]>(`/deliveries${query}`);
  const allOver = () => until(async () => (await deliveries()).every(({ state }) => !/scheduled|retrying/.test(state)));

  it('are signed over the exact bytes and carry the headers Razorpay sends', async () => {
    await pay({ notes: { name: 'Zoë / Ü' }, qr_code: 'Fête', qr_notes: { 'a/b': 'é' } });
    await until(() => receiver.received.length === 3);
    for (const { headers, rawHeaders, body } of receiver.received) {
      expect(headers['x-razorpay-signature'])
        .to.equal(hmac(body, SECRET))
        .and.to.match(/^[0-9a-f]{64}$/);
      expect(headers['x-razorpay-event-id']).to.match(/^[A-Za-z0-9]{14}$/);
      expect(headers['request-id']).to.equal(headers['x-razorpay-event-id']);
      expect(headers).to.include({ 'user-agent': 'Razorpay-Webhook/v1', 'content-type': 'application/json' });
      expect(headers['accept-encoding']).to.equal('gzip');
      expect(rawHeaders).to.include.members(['X-Razorpay-Event-Id', 'X-Razorpay-Signature', 'Request-Id']);
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['x-razorpay-event-id'])).size).to.equal(3);
  });

  it('tell every step of a payment', async () => {
    const told = async (more: object) => {
      receiver.received.length = 0;
      await pay(more);
      await allOver();
      return receiver.events().sort();
    };
    expect(await told({})).to.deep.equal(['payment.authorized', 'payment.captured']);
    expect(await told({ order_notes: { event_id: 1 } })).to.deep.equal([
      'order.paid',
      'payment.authorized',
      'payment.captured',
    ]);
    expect(await told({ qr_code: true })).to.deep.equal(['payment.authorized', 'payment.captured', 'qr_code.credited']);
    expect(await told({ status: 'failed' })).to.deep.equal(['payment.failed']);
    expect(await told({ status: 'created' })).to.deep.equal([]);
    expect(await told({ status: 'refunded' })).to.include.members(['refund.created', 'refund.processed']);
    expect(await told({ quiet: true })).to.deep.equal([]);
  });

  it('repeat what was not answered 2xx with the same id, bytes and signature, and never what was', async () => {
    receiver.answer = (nth) => [500, 404, 302, 200][nth - 1] ?? 200;
    const { id } = await pay({ status: 'failed' });
    await until(async () => (await deliveries(`?payment_id=${id}`))[0]?.state === 'delivered');
    const first = receiver.received[0];
    expect(receiver.received).to.have.length(4);
    for (const again of receiver.received) {
      expect(again.body.equals(first?.body ?? Buffer.alloc(0))).to.equal(true);
      expect(again.headers).to.deep.equal(first?.headers);
    }
    const [delivery] = await deliveries(`?payment_id=${id}`);
    expect(delivery?.attempts.map(({ status }) => status)).to.deep.equal([500, 404, 302, 200]);
    expect(delivery?.body).to.equal(first?.body.toString('utf8'));
  });

  it('end after 16 tries spread over 23 scaled hours', async () => {
    // The webhook is off a day after the first failure: that one is of a long day, or a busy machine might come too late.
    await running.control('/webhooks', { retry_scale: 1 });
    receiver.answer = () => 503;
    await pay({ status: 'failed' });
    await until(async () => (await deliveries())[0]?.attempts.length === 1);
    await running.control('/webhooks', { retry_scale: 0.00001 });
    await allOver();
    expect(receiver.received).to.have.length(16);
    const [delivery] = await deliveries();
    // As sent: what is received first may be late by what a busy machine takes.
    const sent = delivery?.attempts.map(({ at }) => Date.parse(at)) ?? [];
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).to.be.at.least(820);
    expect(delivery).to.include({ state: 'failed', reason: 'no further retries' });
    expect((await running.control('/webhooks')).enabled).to.equal(true);
  });

  it('end when nothing was taken for 24 scaled hours: the webhook is off until enabled', async () => {
    await running.control('/webhooks', { retry_scale: 0.00001 });
    receiver.answer = () => 503;
    await pay({ status: 'failed' });
    await until(async () => (await running.control('/webhooks')).enabled === false);
    expect((await running.control('/webhooks')).disabled_at).to.be.a('string');
    await allOver();
    await pay({ status: 'failed' });
    expect((await deliveries('?state=dropped'))[0]?.reason).to.equal('the webhook is disabled');
    receiver.answer = () => 200;
    await running.control('/webhooks', { enabled: true });
    await pay({ status: 'failed' });
    await until(async () => (await deliveries('?state=delivered')).length === 1);
  });

  it('count as failed when no answer comes in time', async () => {
    await running.control('/webhooks', { answer_within_ms: 50, retry_scale: 1 });
    receiver.answer = (nth) => (nth === 1 ? null : 200);
    await pay({ status: 'failed' });
    await until(async () => (await deliveries())[0]?.attempts.length === 1);
    // The next answer is a good one, and a busy machine may take its time for it.
    await running.control('/webhooks', { answer_within_ms: 5_000, retry_scale: 0.0002 });
    await allOver();
    const [delivery] = await deliveries();
    expect(delivery?.attempts.map(({ status, error }) => status ?? error)).to.deep.equal([
      'no answer within 50 ms',
      200,
    ]);
    expect(delivery?.attempts[0]?.ms).to.be.at.least(45);
  });

  it('wait five seconds for an answer unless told otherwise', async () => {
    expect((await running.control('/webhooks')).answer_within_ms).to.equal(5_000);
  });

  it('survive a receiver that is not there', async () => {
    await running.control('/webhooks', { url: 'http://127.0.0.1:1/none' });
    await pay({ status: 'failed' });
    await until(async () => ((await deliveries())[0]?.attempts.length ?? 0) > 1);
    await running.control('/webhooks', { url: receiver.url });
    await allOver();
    expect((await deliveries())[0]?.state).to.equal('delivered');
    expect(receiver.received).to.have.length(1);
  });

  it('are dropped or doubled at the given rate, and say so', async () => {
    await running.control('/webhooks', { drop: 1 });
    await pay();
    expect((await deliveries()).map(({ state }) => state)).to.deep.equal(['dropped', 'dropped']);
    await running.control('/webhooks', { drop: 0, duplicate: 1 });
    const { id } = await pay({ status: 'failed' });
    await allOver();
    const twice = await deliveries(`?payment_id=${id}`);
    expect(twice.map(({ duplicate, state }) => ({ duplicate, state }))).to.deep.equal([
      { duplicate: false, state: 'delivered' },
      { duplicate: true, state: 'delivered' },
    ]);
    expect(twice[0]?.event_id).to.equal(twice[1]?.event_id);
    expect(receiver.received).to.have.length(2);
  });

  it('are dropped the same way again with the same seed', async () => {
    const run = async () => {
      await running.control('/reset', {});
      await running.control('/webhooks', { seed: 42, drop: 0.5 });
      for (let i = 0; i < 20; i += 1) await pay({ status: 'failed' });
      return (await deliveries()).map(({ state }) => state === 'dropped');
    };
    const first = await run();
    expect(first).to.include(true).and.to.include(false);
    expect(await run()).to.deep.equal(first);
  });

  it('overtake each other when shuffled', async () => {
    await running.control('/webhooks', { shuffle_ms: 40, seed: 1 });
    for (let i = 0; i < 20; i += 1) await pay();
    await until(() => receiver.received.length === 40);
    const made = (await deliveries()).map(({ event_id }) => event_id);
    const came = receiver.received.map(({ headers }) => headers['x-razorpay-event-id']);
    expect(came).to.have.members(made);
    expect(came).to.not.deep.equal(made);
  });

  it('wait for delay_ms, and a flush sends what waits at once', async () => {
    await running.control('/webhooks', { delay_ms: 60_000 });
    await pay();
    expect(await running.control('/state')).to.include({ scheduled: 2, in_flight: 0 });
    expect(await running.control('/deliveries/flush', {})).to.deep.equal({ attempted: 2 });
    expect(receiver.received).to.have.length(2);
    expect(await running.control('/state')).to.include({ scheduled: 0, in_flight: 0 });
  });

  it('keep the secret of their day, and take the one a rotation asks for', async () => {
    await running.control('/webhooks', { delay_ms: 60_000 });
    await pay({ status: 'failed' });
    await running.control('/webhooks', { secret: 'whsec_next' });
    await pay({ status: 'failed' });
    await running.control('/webhooks', { use_secret: 'whsec_previous' });
    await pay({ status: 'failed' });
    await running.control('/webhooks', { use_secret: null, secret: null });
    await pay({ status: 'failed' });
    await running.control('/deliveries/flush', {});
    const signed = (await deliveries()).map(({ body, signature }) =>
      [SECRET, 'whsec_next', 'whsec_previous', null].find((secret) =>
        secret === null ? signature === null : hmac(Buffer.from(body), secret) === signature,
      ),
    );
    expect(signed).to.deep.equal([SECRET, 'whsec_next', 'whsec_previous', null]);
    const unsigned = receiver.received.filter(({ headers }) => headers['x-razorpay-signature'] === undefined);
    expect(unsigned).to.have.length(1);
  });

  it('are snapshots: a later change does not reach a body that waits', async () => {
    await running.control('/webhooks', { delay_ms: 60_000 });
    const { id } = await pay();
    await running.control(`/payments/${id}/refund`, {});
    const [authorised, captured] = await deliveries(`?payment_id=${id}`);
    const status = (delivery?: ShownDelivery) => JSON.parse(delivery?.body ?? '').payload.payment.entity.status;
    expect([status(authorised), status(captured)]).to.deep.equal(['authorized', 'captured']);
  });

  it('stop at a reset, those on their way too', async () => {
    receiver.answer = () => null;
    await pay();
    await until(() => receiver.received.length === 2);
    await running.control('/webhooks', { delay_ms: 60_000 });
    await pay();
    await running.control('/reset', {});
    expect(await deliveries()).to.deep.equal([]);
    expect(await running.control('/state')).to.include({ scheduled: 0, in_flight: 0, payments: 0 });
  });
});
