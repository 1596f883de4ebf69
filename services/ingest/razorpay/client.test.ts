import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createSimulator, type Simulator } from '../../../deploy/simulator/app.ts';
import { createRegistry } from '../../../shared/metrics/index.ts';
import { MOMENT } from '../../../test/patience.ts';
import { createIngestMetrics } from '../metrics.ts';
import { createRazorpay, isUnreadable, type Razorpay, type RazorpayOptions } from './client.ts';
import { observedAt } from './clock.ts';
import {
  isTransient,
  NotAtRazorpay,
  RazorpayRateLimited,
  RazorpayRejected,
  RazorpayUnauthorized,
  RazorpayUnavailable,
  RazorpayUnreadable,
} from './errors.ts';
import { nextPause } from './pace.ts';
import { backoffMs, PATIENT } from './retry.ts';

const KEY = { keyId: 'rzp_test_client00000000', keySecret: 'never-tell' };
const UNKNOWN = 'pay_00000000000000';

const client = (apiUrl: string, options: Partial<RazorpayOptions> = {}): Razorpay =>
  createRazorpay({
    ...KEY,
    apiUrl,
    metrics: createIngestMetrics(createRegistry('test')),
    retry: { tries: 1, baseMs: 1, maxMs: 1 },
    ...options,
  });

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the Razorpay client', () => {
  let simulator: Simulator;
  let url: string;
  let razorpay: Razorpay;

  before(async () => {
    simulator = createSimulator(KEY);
    url = `http://127.0.0.1:${await simulator.listen(0)}`;
    razorpay = client(url);
  });
  after(() => simulator.close());
  beforeEach(() => simulator.account.reset());

  const faults = (change: object) => simulator.account.setFaults(change);
  const pay = async (body: object = {}) =>
    (await (
      await fetch(`${url}/control/payments`, { method: 'POST', body: JSON.stringify({ amount: 29_900, ...body }) })
    ).json()) as { id: string; order_id: string; qr_code_id: string; created_at: number };

  it('reads what Razorpay’s own SDK brings', async () => {
    const paid = await pay({ order_notes: { a: 1 } });
    const { entity, observedAt } = await razorpay.payment(paid.id);
    expect(entity).to.include({ id: paid.id, status: 'captured' });
    expect(observedAt).to.be.closeTo(Date.now() / 1_000, MOMENT);
    expect((await razorpay.order(paid.order_id)).entity.id).to.equal(paid.order_id);
    expect(await razorpay.qrCodeOf(paid.id)).to.equal(null);
    const coded = await pay({ qr_code: true });
    expect((await razorpay.qrCodeOf(coded.id))?.entity.id).to.equal(coded.qr_code_id);
    faults({ error_rate: 1, status: 403, at: { route: '/v1/payments/qr_codes' } });
    expect(await razorpay.qrCodeOf(coded.id), 'an account without QR codes').to.equal(null);
    faults({ error_rate: 0, at: null });
    const window = { from: paid.created_at - 10, to: paid.created_at + 10, skip: 0 };
    expect((await razorpay.payments(window)).items).to.have.length(2);
    expect((await razorpay.paymentsOfQrCode(coded.qr_code_id, window)).items).to.have.length(1);
    expect((await razorpay.refunds(window)).items).to.have.length(0);
    expect((await razorpay.disputes({ skip: 0 })).items).to.have.length(0);
  });

  it('dates what it reads by Razorpay’s clock, not by ours', async () => {
    const { id } = await pay();
    faults({ clock_skew_s: -5_000 });
    const { observedAt } = await razorpay.payment(id);
    expect(observedAt).to.be.closeTo(Date.now() / 1_000 - 5_000, MOMENT);
    expect(razorpay.clock.now()).to.be.closeTo(Date.now() / 1_000 - 5_000, MOMENT);
  });

  it('dates by it what Razorpay does not know, also when that is the first it says', async () => {
    faults({ clock_skew_s: -5_000 });
    const error = (await failure(client(url).payment(UNKNOWN))) as NotAtRazorpay;
    expect(error.observedAt).to.be.closeTo(Date.now() / 1_000 - 5_000, MOMENT);
  });

  it('tells an answer that is odd from one that is something else, and asks for it once only', async () => {
    const { id } = await pay();
    const { payments } = simulator.account.ledger;
    payments.put({ ...(payments.get(id) as object), amount: 8.35 } as never, Date.now());
    let tries = 0;
    const how = { retry: { tries: 3, baseMs: 1, maxMs: 1 }, onCall: () => void tries++ };
    const error = await failure(razorpay.payment(id, how));
    expect(error).to.be.instanceOf(RazorpayUnreadable).with.property('message').that.contains('(amount)');
    expect(JSON.stringify(error), 'what it holds is for no log').to.not.contain('8.35');
    expect(tries).to.equal(1);
  });

  it('never claims that a fact is newer than it is', async () => {
    expect(observedAt('Mon, 23 Nov 2026 10:00:10 GMT', 2_500)).to.equal(Date.UTC(2026, 10, 23, 10, 0, 7) / 1_000);
    expect(observedAt('nonsense', 500, 10_400)).to.equal(9);
    expect(observedAt(undefined, 0, 10_999)).to.equal(10);
  });

  for (const [what, change, kind, transient, how] of [
    ['429', { error_rate: 1, status: 429 }, RazorpayRateLimited, true],
    ['401', { error_rate: 1, status: 401 }, RazorpayUnauthorized, false],
    ['403', { error_rate: 1, status: 403 }, RazorpayRejected, false],
    ['500', { error_rate: 1, status: 500 }, RazorpayUnavailable, true],
    ['502 without an error in it', { error_rate: 1, status: 502 }, RazorpayUnavailable, true],
    ['504 without a body', { error_rate: 1, status: 504 }, RazorpayUnavailable, true],
    ['a 5xx page of HTML', { html_rate: 1, html_status: 502 }, RazorpayUnavailable, true],
    ['HTML with 200', { html_rate: 1, html_status: 200 }, RazorpayUnavailable, true],
    ['half of a JSON', { wrong_json_rate: 1 }, RazorpayUnavailable, true],
    ['a connection that is cut', { reset_rate: 1 }, RazorpayUnavailable, true],
    ['an answer that never comes', { hang_rate: 1 }, RazorpayUnavailable, true, { timeoutMs: 150 }],
  ] as const)
    it(`gives ${what} a class of its own`, async () => {
      const { id } = await pay();
      faults(change);
      const error = await failure(razorpay.payment(id, how));
      expect(error).to.be.instanceOf(kind);
      expect(isTransient(error)).to.equal(transient);
      expect(JSON.stringify(error) + String((error as Error).stack)).to.not.contain(KEY.keySecret);
    });

  it('tells an id that Razorpay does not know, and puts no other text into a path', async () => {
    expect(await failure(razorpay.payment(UNKNOWN))).to.be.instanceOf(NotAtRazorpay);
    const calls = () => simulator.account.calls.shown().recent.length;
    const before = calls();
    for (const id of ['pay_1/../../orders', '', 'pay_', 'order_00000000000000', `${UNKNOWN}\n`])
      expect(await failure(razorpay.payment(id))).to.be.instanceOf(NotAtRazorpay);
    expect(calls()).to.equal(before);
  });

  it('says that a key is wrong, and that nobody is there', async () => {
    expect(await failure(client(url, { keySecret: 'wrong' }).payment(UNKNOWN))).to.be.instanceOf(RazorpayUnauthorized);
    const error = await failure(client('http://127.0.0.1:9').payment(UNKNOWN));
    expect(error).to.be.instanceOf(RazorpayUnavailable);
    expect((error as Error).cause)
      .to.be.an('error')
      .with.property('message', 'ECONNREFUSED');
  });

  it('tries again what may pass, and only that', async () => {
    const { id } = await pay();
    let tries = 0;
    const onCall = () => {
      tries++;
      if (tries === 3) faults({ error_rate: 0 });
    };
    faults({ error_rate: 1, status: 429 });
    const patient = client(url, { retry: { tries: 5, baseMs: 1, maxMs: 2 } });
    expect((await patient.payment(id, { onCall })).entity.id).to.equal(id);
    expect(tries).to.equal(3);
    tries = 10;
    expect(await failure(patient.payment(UNKNOWN, { onCall }))).to.be.instanceOf(NotAtRazorpay);
    expect(tries).to.equal(11);
  });

  it('is cut short by a signal, while it waits and while it asks', async () => {
    const { id } = await pay();
    for (const change of [{ hang_rate: 1 }, { error_rate: 1, status: 500 }]) {
      faults({ hang_rate: 0, error_rate: 0, ...change });
      const patient = client(url, { retry: { tries: 9, baseMs: 60_000, maxMs: 60_000 }, timeoutMs: 60_000 });
      const ending = new AbortController();
      const reason = new Error('enough');
      setTimeout(() => ending.abort(reason), 100);
      expect(await failure(patient.payment(id, { signal: ending.signal }))).to.equal(reason);
    }
  });

  it('hands on an entry of a list that it cannot read, with what can be told of it', async () => {
    const { id, created_at } = await pay();
    await pay();
    const { payments } = simulator.account.ledger;
    payments.put({ ...(payments.get(id) as object), currency: 7 } as never, Date.now());
    const { items } = await razorpay.payments({ from: created_at - 5, to: created_at + 5, skip: 0 });
    const odd = items.filter(isUnreadable);
    expect(items).to.have.length(2);
    expect(odd).to.have.length(1);
    expect(odd[0]).to.include({ id, created_at });
  });
});

describe('an answer of Razorpay’s that nobody expects', () => {
  let server: Server;
  let answer: RequestListener = () => undefined;
  let url: string;

  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const answering = (status: number, body: string, headers: Record<string, string> = {}) => {
    answer = (_, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

  it('is unavailable where the JSON is something else', async () => {
    for (const body of ['null', '7', '"text"', '', '{}', '{"items":{}}', '[]']) {
      answering(200, body);
      expect(await failure(client(url).payments({ from: 0, to: 1, skip: 0 })), body).to.be.instanceOf(
        RazorpayUnavailable,
      );
      expect(await failure(client(url).payment(UNKNOWN)), body).to.be.instanceOf(RazorpayUnavailable);
    }
  });

  it('keeps the dates of calls apart that run at once', async () => {
    answer = (request, response) => {
      const hours = Number(request.url?.slice(-2));
      const entity = { id: request.url?.slice(-18), amount: 1, currency: 'INR', status: 'captured', created_at: 1 };
      setTimeout(
        () => {
          response.writeHead(200, { date: new Date(hours * 3_600_000).toUTCString() }).end(JSON.stringify(entity));
        },
        (hours % 5) * 10,
      );
    };
    const ids = Array.from({ length: 20 }, (_, n) => `pay_000000000000${String(n + 10)}`);
    const one = client(url);
    const times = await Promise.all(ids.map(async (id) => (await one.payment(id)).observedAt));
    for (const [n, at] of times.entries()) expect(at).to.be.closeTo((n + 10) * 3_600, MOMENT);
  });

  it('goes nowhere else with the key', async () => {
    let elsewhere = 0;
    answer = (request, response) => {
      if (request.url === '/elsewhere') elsewhere++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect(await failure(client(url).payment(UNKNOWN))).to.be.instanceOf(RazorpayUnavailable);
    expect(elsewhere).to.equal(0);
  });

  it('is cut off when it trickles in for ever', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    };
    expect(await failure(client(url, { timeoutMs: 150 }).payment(UNKNOWN))).to.be.instanceOf(RazorpayUnavailable);
  });

  it('is obeyed when it says how long to wait', async () => {
    answering(429, '{"error":{}}', { 'retry-after': '7' });
    const error = await failure(client(url).payment(UNKNOWN));
    expect(error).to.be.instanceOf(RazorpayRateLimited).with.property('retryAfterMs', 7_000);
    expect(backoffMs(PATIENT, 1, error, () => 0)).to.equal(7_000);
  });
});

describe('the pause between calls', () => {
  const paused = (pause: number, answers: boolean[]) => answers.reduce(nextPause, pause);

  it('is none until Razorpay limits the rate, and none again some time after', () => {
    expect(paused(0, [false, false])).to.equal(0);
    expect(paused(0, [true])).to.be.above(0);
    expect(paused(0, [true, ...Array(200).fill(false)])).to.equal(0);
  });

  it('grows with each 429, shrinks slowly, and never beyond some seconds', () => {
    expect(paused(0, [true, true])).to.be.above(paused(0, [true]));
    expect(paused(200, [false])).to.be.within(150, 200);
    expect(paused(0, Array(100).fill(true))).to.be.at.most(5_000);
  });
});
