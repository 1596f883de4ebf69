import { expect } from 'chai';
import { KEY, type Running, sdk, startSimulator, until } from './testing/running.ts';

const AUTHORIZATION = { authorization: `Basic ${btoa(`${KEY.keyId}:${KEY.keySecret}`)}` };

describe('faults of the API', () => {
  let running: Running;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = Date.now();
    running = await startSimulator({ now: () => nowMs });
  });
  afterEach(() => running.close());

  const faults = (change: object) => running.control('/faults', change);
  const pay = (more = {}) => running.control<{ id: string }>('/payments', { amount: 100, ...more });
  const get = (path = '/payments') => fetch(`${running.url}/v1${path}`, { headers: AUTHORIZATION });
  const list = async (query = '') => {
    const { items } = (await (await get(`/payments${query}`)).json()) as { items: { id: string; status: string }[] };
    return items;
  };
  const rejection = async (call: PromiseLike<unknown>): Promise<unknown> => {
    try {
      await call;
    } catch (error) {
      return error;
    }
    throw new Error('it did not fail');
  };

  it('injects errors in the shape their status has at Razorpay', async () => {
    await faults({ error_rate: 1 });
    const failure = (await rejection(running.rzp.payments.all())) as { statusCode: number; error: object };
    expect(failure.statusCode).to.equal(500);
    expect(failure.error).to.include({ code: 'SERVER_ERROR' });
    const shape = async (status: number) => {
      await faults({ status });
      const response = await get();
      expect(response.status).to.equal(status);
      return response.text();
    };
    expect(JSON.parse(await shape(502))).to.have.all.keys('message');
    expect(await shape(504)).to.equal('');
    expect(JSON.parse(await shape(429)).error.code).to.equal('BAD_REQUEST_ERROR');
  });

  it('fails about the given share of calls, the same ones again with the same seed', async () => {
    const run = async () => {
      await faults({ error_rate: 0.3, seed: 7 });
      const statuses: number[] = [];
      for (let i = 0; i < 40; i += 1) statuses.push((await get()).status);
      return statuses;
    };
    const first = await run();
    expect(first.filter((status) => status === 500).length).to.be.within(4, 22);
    expect(await run()).to.deep.equal(first);
  });

  it('limits the rate by the second, without a Retry-After', async () => {
    await faults({ rate_limit_per_s: 3 });
    const statuses = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await get()).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429]);
    expect((await get()).headers.has('retry-after')).to.equal(false);
    nowMs += 1001;
    expect((await get()).status).to.equal(200);
  });

  it('hangs until the client gives up', async () => {
    await faults({ hang_rate: 1 });
    const impatient = sdk(running.url, KEY.keyId, KEY.keySecret, 60);
    expect(await rejection(impatient.payments.all())).to.be.instanceOf(TypeError);
    const { counts } = await running.control<{ counts: Record<string, unknown> }>('/calls');
    expect(counts).to.deep.equal({ 'GET /v1/payments': { hang: 1 } });
  });

  it('closes at once while calls hang', async () => {
    await faults({ hang_rate: 1 });
    const hanging = rejection(get());
    await until(() => running.simulator.account.calls.shown().recent.length === 1);
    await running.close();
    expect(await hanging).to.be.instanceOf(TypeError);
  });

  it('cuts connections', async () => {
    await faults({ reset_rate: 1 });
    expect(await rejection(running.rzp.payments.all())).to.be.instanceOf(TypeError);
  });

  it('answers HTML: the SDK sees no error in a 502, and takes a 200 for a string', async () => {
    await faults({ html_rate: 1 });
    expect(await rejection(running.rzp.payments.all())).to.deep.equal({ statusCode: 502, error: undefined });
    await faults({ html_status: 200 });
    expect(await running.rzp.payments.all())
      .to.be.a('string')
      .that.contains('<html>');
  });

  it('answers JSON that ends in the middle', async () => {
    await pay();
    await faults({ wrong_json_rate: 1 });
    const response = await get();
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.contain('json');
    expect(await rejection(response.json())).to.be.instanceOf(SyntaxError);
  });

  it('answers JSON of another shape, and only on the route that is meant, after so many calls', async () => {
    const { id } = await pay();
    await faults({ odd_json_rate: 1, at: { route: '/v1/payments/:id', after: 1 } });
    const one = async () => Object.keys((await (await get(`/payments/${id}`)).json()) as object);
    expect(await one()).to.include('amount');
    expect(await list()).to.have.length(1);
    expect(await one()).to.deep.equal(['status']);
    expect(String(await rejection(faults({ at: { route: 'payments' } })))).to.contain('at.route');
  });

  it('answers late by the latency', async () => {
    await faults({ latency_ms: 80 });
    const started = Date.now();
    await get();
    expect(Date.now() - started).to.be.at.least(78);
  });

  it('shows lists as they were, and single payments as they are, while the lists lag', async () => {
    const { id } = await pay({ status: 'authorized' });
    nowMs += 5_000;
    await faults({ list_lag_ms: 4_000 });
    const { id: fresh } = await pay();
    await running.control(`/payments/${id}/capture`, {});
    expect((await list()).map(({ id, status }) => [id, status])).to.deep.equal([[id, 'authorized']]);
    expect(await running.rzp.payments.fetch(id)).to.include({ status: 'captured' });
    expect(await running.rzp.payments.fetch(fresh)).to.include({ id: fresh });
    nowMs += 4_000;
    expect((await list()).map(({ id, status }) => [id, status])).to.deep.equal([
      [fresh, 'captured'],
      [id, 'captured'],
    ]);
  });

  it('lets its clock run an hour ahead, in the Date header and in every stamp', async () => {
    await faults({ clock_skew_s: 3_600 });
    const { id } = await pay();
    const ahead = Math.floor(nowMs / 1000) + 3_600;
    expect(await running.rzp.payments.fetch(id)).to.include({ created_at: ahead });
    const date = Date.parse((await get()).headers.get('date') ?? '') / 1000;
    expect(date).to.equal(ahead);
    expect((await get('/payments/pay_00000000000000')).headers.get('date')).to.be.a('string');
  });

  describe('of one page', () => {
    const statusOf = async (skip: number) => (await get(`/payments?count=2&skip=${skip}`)).status;
    let newestFirst: string[];

    beforeEach(async () => {
      newestFirst = [];
      for (let i = 0; i < 6; i += 1) newestFirst.unshift((await pay({ created_at: 1_795_000_000 + i })).id);
    });

    it('fails every time by skip, once by number', async () => {
      await faults({ fail_page: { skip: 2 }, status: 502 });
      expect([await statusOf(0), await statusOf(2), await statusOf(2), await statusOf(4)]).to.deep.equal([
        200, 502, 502, 200,
      ]);
      await faults({ fail_page: { nth: 2 } });
      expect([await statusOf(0), await statusOf(2), await statusOf(2)]).to.deep.equal([200, 502, 200]);
      await faults({ fail_page: { skip: 2, path: '/v1/refunds' } });
      expect(await statusOf(2)).to.equal(200);
    });

    it('is repeated', async () => {
      await faults({ repeat_page: { skip: 2 } });
      expect((await list('?count=2&skip=2')).map(({ id }) => id)).to.deep.equal(newestFirst.slice(0, 2));
      expect((await list('?count=2&skip=4')).map(({ id }) => id)).to.deep.equal(newestFirst.slice(4));
    });

    it('is cut short', async () => {
      await faults({ shrink_page: { nth: 1 } });
      expect((await list('?count=4')).map(({ id }) => id)).to.deep.equal(newestFirst.slice(0, 2));
      expect(await list('?count=4')).to.have.length(4);
    });
  });

  it('merges changes, names what it does not know, and ends with a reset', async () => {
    await faults({ latency_ms: 1 });
    expect(await faults({ status: 503 })).to.include({ latency_ms: 1, status: 503 });
    expect(String(await rejection(faults({ latncy_ms: 1 }))))
      .to.contain('400')
      .and.to.contain('latncy_ms');
    expect(String(await rejection(faults({ error_rate: 2 })))).to.contain('error_rate');
    expect(String(await rejection(faults({ fail_page: {} })))).to.contain('fail_page: expected nth or skip');
    await running.control('/reset', {});
    expect(await running.control('/faults')).to.include({ latency_ms: 0, status: 500 });
  });
});
