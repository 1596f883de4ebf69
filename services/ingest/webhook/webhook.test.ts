import { connect } from 'node:net';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { openParts } from '../../../shared/service/parts.ts';
import { PATIENCE } from '../../../test/patience.ts';
import type { RunningIngest } from '../app.ts';
import type { IngestConfig } from '../config.ts';
import {
  clearStage,
  KEY,
  listenIn,
  metric,
  newId,
  OLD_SECRET,
  SECRET,
  type Stage,
  setStage,
  sign,
  until,
} from '../test/stage.ts';
import { createWebhookApp } from './app.ts';

const capturedBody = (id: string, more: object = {}, envelope: object = {}) =>
  JSON.stringify({
    entity: 'event',
    account_id: 'acc_Qa1b2C3d4E5f6G',
    event: 'payment.captured',
    contains: ['payment'],
    payload: {
      payment: {
        entity: {
          id,
          entity: 'payment',
          amount: 29900,
          currency: 'INR',
          status: 'captured',
          captured: true,
          notes: { name: 'Asha Rao' },
          created_at: 1_795_000_000,
          ...more,
        },
      },
    },
    created_at: 1_795_000_003,
    ...envelope,
  });

describe('the webhook', () => {
  let stage: Stage;
  let ingest: RunningIngest;
  let bus: ReturnType<typeof listenIn>;

  before(async () => {
    stage = await setStage();
    ingest = await stage.ingest();
    bus = listenIn(stage);
    await until('ingest is ready', async () => (await fetch(`http://127.0.0.1:${ingest.opsPort}/readyz`)).ok);
    // Whichever test runs first must not decide which account is ours.
    const other = capturedBody(newId('pay'), {}, { account_id: 'acc_00000000000000' });
    await post(capturedBody(newId('pay')));
    await until('it knows its account', async () => (await post(other)).status === 403);
  });
  after(clearStage);

  const post = (body: string | Buffer, headers: Record<string, string | undefined> = {}, port = ingest.port) => {
    const given = { 'x-razorpay-signature': sign(body), ...headers };
    const set = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return fetch(`http://127.0.0.1:${port}/webhooks/razorpay`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: Object.fromEntries(set),
    });
  };
  const published = (id: string) =>
    until(`an observation of ${id}`, async () => bus.observations().find((one) => one.payment_id === id));

  it('answers 200 to what is signed, and the payment is on the bus', async () => {
    const id = newId('pay');
    const answer = await post(capturedBody(id), { 'x-razorpay-event-id': 'TUx4nK29sWtQ2b' });
    expect(answer.status).to.equal(200);
    const observation = await published(id);
    expect(observation).to.include({
      id: 'TUx4nK29sWtQ2b',
      source: 'webhook',
      event: 'payment.captured',
      observed_at: 1_795_000_003,
      correlation_id: 'TUx4nK29sWtQ2b',
    });
    expect(observation.payment).to.include({ id, status: 'captured', amount: 29900 });
  });

  it('verifies the raw bytes: the same JSON written otherwise is refused', async () => {
    const body = capturedBody(newId('pay'));
    const rewritten = JSON.stringify(JSON.parse(body), null, 1);
    expect((await post(rewritten, { 'x-razorpay-signature': sign(body) })).status).to.equal(401);
    expect((await post(`${body}\n`, { 'x-razorpay-signature': sign(body) })).status).to.equal(401);
  });

  it('refuses a wrong, missing, empty, short, upper-case or otherwise odd signature', async () => {
    const body = capturedBody(newId('pay'));
    const good = sign(body);
    const bad = [
      undefined,
      '',
      'x',
      good.slice(1),
      `${good}0`,
      good.toUpperCase(),
      `${good.slice(0, 63)}g`,
      sign(body, 'other'),
    ];
    for (const signature of [...bad, sign(body, '')]) {
      const answer = await post(body, { 'x-razorpay-signature': signature });
      expect(answer.status, `signature ${signature}`).to.equal(401);
      expect(answer.headers.get('content-type')).to.contain('application/problem+json');
    }
  });

  it('accepts the previous secret, and none that is empty', async () => {
    const id = newId('pay');
    const body = capturedBody(id);
    expect((await post(body, { 'x-razorpay-signature': sign(body, OLD_SECRET) })).status).to.equal(200);
    await published(id);
    const nothing = { bus: stage.bus(), account: {} as never, metrics: {} as never, log: {} as never };
    expect(() => createWebhookApp({ ...nothing, secrets: ['', ''] })).to.throw(/secret/);
  });

  it('does not start without a secret', async () => {
    const error = await stage.ingest({ RAZORPAY_WEBHOOK_SECRETS: ' , ' }).catch((caught: Error) => caught);
    expect(error).to.be.an('error').with.property('message').that.contains('RAZORPAY_WEBHOOK_SECRETS');
  });

  it('tells of a flood in twenty lines, and behind it still of another account’s webhook', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('ingest', 'info', false, { write: (line) => lines.push(JSON.parse(line)) });
    const settings = { MONGODB_URI: stage.mongoUri, NATS_URL: stage.natsUrl, LOG_LEVEL: 'info' } as const;
    const { port } = await stage.ingest({}, { parts: openParts('ingest', settings as IngestConfig, log) });
    const foreign = capturedBody(newId('pay'), {}, { account_id: 'acc_00000000000000' });
    await until('it has loaded the account', async () => (await post(foreign, {}, port)).status === 403);
    const ids: (string | null)[] = [];
    for (let n = 0; n < 30; n++) {
      const answer = await post('{}', { 'x-razorpay-signature': 'x' }, port);
      expect(answer.status).to.equal(401);
      ids.push(answer.headers.get('x-correlation-id'));
    }
    const told = (answer: number) =>
      lines
        .filter((line) => line.msg === 'webhook: refused' && line.answer === answer)
        .map((line) => line.correlation_id);
    expect(told(401)).to.deep.equal(ids.slice(0, 20));
    const before = told(403).length;
    await post(foreign, {}, port);
    expect(told(403)).to.have.length(before + 1);
  });

  it('answers 413 to more than 256 KiB, however it is sent', async () => {
    const body = 'x'.repeat(256 * 1_024 + 1);
    expect((await post(body)).status).to.equal(413);
    const chunked = await fetch(`http://127.0.0.1:${ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).to.equal(413);
  });

  it('stores an event once that is delivered twice', async () => {
    const id = newId('pay');
    const body = capturedBody(id);
    const headers = { 'x-razorpay-event-id': 'TwiceTwiceTwic' };
    expect(await (await post(body, headers)).json()).to.include({ duplicate: false });
    expect(await (await post(body, headers)).json()).to.include({ duplicate: true });
  });

  it('takes the hash of the body for an id where the header is missing or odd', async () => {
    for (const given of [undefined, 'a b', `x${'y'.repeat(80)}`]) {
      const id = newId('pay');
      await post(capturedBody(id), { 'x-razorpay-event-id': given });
      expect((await published(id)).id).to.match(/^[0-9a-f]{64}$/);
    }
  });

  it('answers 200 to events of no use, and counts them', async () => {
    const series = 'qrflow_webhooks_total{event="qr_code.created",answer="200"}';
    const other = 'qrflow_webhooks_total{event="other",answer="200"}';
    const before = [await metric(ingest, series), await metric(ingest, other)];
    const messages = bus.messages.length;
    const event = (event: string, payload: object = {}) => JSON.stringify({ entity: 'event', event, payload });
    expect((await post(event('qr_code.created', { qr_code: { entity: { id: newId('qr') } } }))).status).to.equal(200);
    expect((await post(event('settlement.processed'))).status).to.equal(200);
    expect(await metric(ingest, series)).to.equal((before[0] ?? 0) + 1);
    expect(await metric(ingest, other)).to.equal((before[1] ?? 0) + 1);
    expect(bus.messages.length).to.equal(messages);
  });

  it('counts each event that it knows from 0, so that the first one is an increase', async () => {
    const text = await (await fetch(`http://127.0.0.1:${ingest.opsPort}/metrics`)).text();
    expect(text).to.include('qrflow_webhooks_total{event="qr_code.closed",answer="200",service="ingest"} 0\n');
  });

  it('takes an event it has never heard of for what it carries', async () => {
    const id = newId('pay');
    expect((await post(capturedBody(id, {}, { event: 'payment.reconsidered' }))).status).to.equal(200);
    expect((await published(id)).event).to.equal('payment.reconsidered');
  });

  it('hands on what is signed but unreadable, with its bytes, and answers 200', async () => {
    const odd = [
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from('not json'),
      Buffer.from('[1,2]'),
      Buffer.from('{"event":"payment.captured"}'),
      Buffer.from(capturedBody('pay_short')),
      Buffer.from(capturedBody(newId('pay'), { amount: 8.35 })),
    ];
    for (const body of odd) {
      expect((await post(body)).status).to.equal(200);
      await until('its bytes are on the bus', async () =>
        bus.messages.some(({ subject, bytes }) => subject === 'payments.unreadable' && Buffer.from(bytes).equals(body)),
      );
    }
  });

  it('refuses the webhook of another account, once it knows its own', async () => {
    const own = capturedBody(newId('pay'), {}, { account_id: 'acc_Qa1b2C3d4E5f6G' });
    expect((await post(own)).status).to.equal(200);
    await until(
      'the account is learned',
      async () => (await stage.store.bindings.findById('razorpay').lean())?.account_id,
    );
    const foreign = capturedBody(newId('pay'), {}, { account_id: 'acc_00000000000000' });
    expect((await post(foreign)).status).to.equal(403);
    expect(await metric(ingest, 'qrflow_webhooks_total{event="payment.captured",answer="403"}')).to.be.at.least(1);
    const restarted = await stage.ingest();
    await until('it has loaded the account', async () => (await post(foreign, {}, restarted.port)).status === 403);
    await restarted.stop();
  });

  it('reads the deliveries of a Razorpay: every family, signed and serialised its own way', async () => {
    const url = `http://127.0.0.1:${ingest.port}/webhooks/razorpay`;
    const account_id = stage.simulator.account.accountId;
    await stage.store.bindings.updateOne({ _id: 'razorpay' }, { $set: { account_id } });
    const fresh = await stage.ingest();
    await until('it has loaded the account', async () => {
      const known = JSON.stringify({ entity: 'event', event: 'x', account_id, payload: {} });
      return (await post(known, {}, fresh.port)).status === 200;
    });
    await stage.control('webhooks', { url: url.replace(`:${ingest.port}`, `:${fresh.port}`), secret: SECRET });
    const paid = await stage.control<{ id: string }>('payments', {
      amount: 100,
      notes: { name: 'Zoë/ü' },
      order_notes: { a: '1' },
    });
    const byCode = await stage.control<{ id: string }>('payments', {
      amount: 100,
      qr_code: true,
      qr_notes: { b: 'ß/' },
    });
    await stage.control(`payments/${paid.id}/refund`, { amount: 40 });
    await stage.control(`payments/${paid.id}/dispute`);
    await until('all of it', async () => {
      const about = bus.observations().filter(({ payment_id }) => payment_id === paid.id || payment_id === byCode.id);
      const events = new Set(about.map(({ event }) => event));
      return ['order.paid', 'qr_code.credited', 'refund.processed', 'payment.dispute.created'].every((one) =>
        events.has(one),
      );
    });
    const about = bus.observations();
    const order = about.find(({ payment_id, event }) => payment_id === paid.id && event === 'order.paid');
    expect(order?.order?.notes).to.deep.equal([{ key: 'a', value: '1' }]);
    expect(order?.payment?.notes).to.deep.equal([{ key: 'name', value: 'Zoë/ü' }]);
    const qr = about.find(({ event }) => event === 'qr_code.credited');
    expect(qr?.qr?.notes).to.deep.equal([{ key: 'b', value: 'ß/' }]);
    expect(about.find(({ event }) => event === 'refund.processed')?.refunds?.[0]).to.include({
      amount: 40,
      status: 'processed',
    });
    expect(about.find(({ event }) => event === 'payment.dispute.created')?.disputes).to.have.length(1);
    await stage.control('webhooks', { url: null });
  });

  it('keeps nobody waiting for a sender that is slow', async () => {
    const socket = connect(ingest.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /webhooks/razorpay HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab');
    const id = newId('pay');
    expect((await post(capturedBody(id))).status).to.equal(200);
    socket.destroy();
  });
});

describe('the webhook, while something is away', () => {
  after(clearStage);

  it('answers 503 within 2 s while the bus is down', async () => {
    const stage = await setStage();
    const ingest = await stage.ingest({ NATS_URL: 'nats://127.0.0.1:9' });
    const body = capturedBody(newId('pay'));
    const started = Date.now();
    const answer = await fetch(`http://127.0.0.1:${ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      body,
      headers: { 'x-razorpay-signature': sign(body) },
    });
    expect(answer.status).to.equal(503);
    expect(Date.now() - started).to.be.below(2_000 * PATIENCE);
    expect(await metric(ingest, 'qrflow_webhooks_total{event="payment.captured",answer="503"}')).to.equal(1);
  });

  it('answers 200 while the store is down', async () => {
    const stage = await setStage();
    const ingest = await stage.ingest({ MONGODB_URI: 'mongodb://127.0.0.1:9/none' });
    const bus = listenIn(stage);
    const id = newId('pay');
    const body = capturedBody(id);
    const answer = await until('the bus is there', async () => {
      const answer = await fetch(`http://127.0.0.1:${ingest.port}/webhooks/razorpay`, {
        method: 'POST',
        body,
        headers: { 'x-razorpay-signature': sign(body) },
      });
      return answer.status === 200 && answer;
    });
    expect(answer.status).to.equal(200);
    await until('the payment is on the bus', async () => bus.observations().some((one) => one.payment_id === id));
  });

  it('refuses a store that belongs to the other mode', async () => {
    const stage = await setStage();
    await stage.store.bindings.create({ _id: 'razorpay', mode: 'live', account_id: null });
    // Before its door opens: no webhook of the wrong mode is let in meanwhile.
    const error = await stage.ingest({}).then(
      () => null,
      (refusal: unknown) => refusal,
    );
    expect(error).to.be.an('error').with.property('message').that.contains('live');
    const other = await setStage();
    await other.ingest({ RAZORPAY_KEY_ID: KEY.id });
    const bound = await until(
      'the mode is bound',
      async () => (await other.store.bindings.findById('razorpay').lean())?.mode,
    );
    expect(bound).to.equal('test');
  });
});
