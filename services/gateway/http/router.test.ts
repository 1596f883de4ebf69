import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ROLES, type Role } from '../../../shared/store/documents.ts';
import { ROUTES } from '../routes/index.ts';
import { type Answer, read, startTestGateway, type TestGateway } from '../testing/start.ts';
import { moreExact } from './router.ts';

const isProblem = ({ status, headers, body }: Answer, expected: number) => {
  expect(status, JSON.stringify(body)).to.equal(expected);
  expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
  expect(body).to.include({ status: expected });
  expect(body.detail).to.be.a('string').and.not.equal('');
  expect(body.correlation_id).to.equal(headers.get('x-correlation-id'));
};

/** A path with every parameter filled in by something that is a right id of nothing. */
const filled = (path: string) => path.replace('{payment_id}', 'pay_AAAAAAAAAAAAAA').replaceAll(/\{\w+\}/g, '999');

describe('the routes of the gateway', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  describe('roles, over every registered route', () => {
    for (const route of ROUTES.filter((one) => one.access !== 'public')) {
      const what = `${route.method} ${route.path}`;
      it(`${what} is 401 without a token`, async () => {
        const answer = await gateway.ask(null, route.method, filled(route.path));
        isProblem(answer, 401);
        expect(answer.headers.get('www-authenticate')).to.match(/^Bearer/);
      });
      for (const role of ROLES) {
        const may = route.access === 'any' || (route.access as readonly Role[]).includes(role);
        // Signing out would end the token that the other tests use, a sync would go out on the bus: both have their own.
        if (may && ['logout', 'syncPayments'].includes(route.id)) continue;
        it(`${what} ${may ? 'lets' : 'refuses'} the role ${role}${may ? ' in' : ''}`, async () => {
          // Without a body, or with an empty one, nothing is changed: it is refused later than by its role.
          const body = route.body && !route.body.optional ? {} : undefined;
          const answer = await gateway.ask(role, route.method, filled(route.path), body);
          if (!may) isProblem(answer, 403);
          else if (answer.status === 403) expect(answer.body.detail).not.to.match(/is for the role/);
          else expect(answer.status).not.to.equal(401);
        });
      }
    }
    it('public are only the ones meant to be', () => {
      expect(ROUTES.filter((route) => route.access === 'public').map((route) => route.id)).to.have.members([
        'root',
        'health',
        'openapi',
        'login',
      ]);
    });
  });

  describe('paths that look alike', () => {
    it('are tried from the exact to the general, whatever the order they were declared in', () => {
      const paths = ['/a/{id}', '/a/held', '/{any}/held', '/a/{id}/x', '/a/held/x'];
      for (const order of [paths, [...paths].reverse()])
        expect([...order].sort(moreExact)).to.satisfy(
          (sorted: string[]) =>
            sorted.indexOf('/a/held') < sorted.indexOf('/a/{id}') &&
            sorted.indexOf('/a/held/x') < sorted.indexOf('/a/{id}/x'),
        );
    });

    it('never take an exact name for an id', async () => {
      expect((await gateway.ask('admin', 'GET', '/api/payments/held')).body).to.deep.equal([]);
      expect((await gateway.ask('admin', 'GET', '/api/payments/foreign')).body).to.deep.equal([]);
      isProblem(await gateway.ask('admin', 'GET', '/api/payments/razorpay-status'), 400);
      const sync = await gateway.ask('admin', 'GET', '/api/payments/sync');
      isProblem(sync, 405);
      expect(sync.headers.get('allow')).to.equal('OPTIONS, POST');
      isProblem(await gateway.ask('admin', 'PUT', '/api/payments/held', { ours: true }), 405);
    });

    it('answer 404 to what can be no id, and say what one looks like', async () => {
      const payment = await gateway.ask('admin', 'GET', '/api/payments/nonsense');
      isProblem(payment, 404);
      expect(payment.body.detail).to.contain('pay_');
      for (const id of ['abc', '0', '-1', '1.5', '99999999999999999999', '%00', '1%20or%201=1'])
        isProblem(await gateway.ask('admin', 'GET', `/api/events/${id}`), 404);
    });
  });

  describe('what is sent wrongly', () => {
    const send = async (headers: Record<string, string>, body: string, path = '/api/events') =>
      read(
        await fetch(gateway.url + path, {
          method: 'POST',
          headers: { Authorization: `Bearer ${await gateway.token('admin')}`, ...headers },
          body,
        }),
      );

    it('is named with every fault at once', async () => {
      const answer = await gateway.ask('admin', 'POST', '/api/events', {
        date: 'tomorrow',
        price: 299.5,
        colour: 'red',
      });
      isProblem(answer, 400);
      const said = Object.fromEntries(
        answer.body.errors.map(({ field, message }: { field: string; message: string }) => [field, message]),
      );
      expect(said).to.have.all.keys('name', 'date', 'price', 'colour');
      expect(said.name).to.equal('is required');
      expect(said.colour).to.equal('is not known here');
      expect(said.price).to.contain('minor units');
    });

    it('is 422 where it is well formed and means nothing', async () => {
      const event = { name: 'Fest', date: '2026-11-21T10:00' };
      for (const wrong of [{ timezone: 'Mars/Olympus' }, { ends_at: '2026-11-20' }])
        isProblem(await gateway.ask('admin', 'POST', '/api/events', { ...event, ...wrong }), 422);
    });

    it('is 400 where a cursor is of another list, or of none', async () => {
      const none = (cursor: string) => Buffer.from(cursor).toString('base64url');
      for (const path of ['/api/events', '/api/admin/users'])
        for (const cursor of [none('[null,"abc"]'), 'nonsense', '.abc', '.1.1', '1.1', '.9999999999999999'])
          isProblem(await gateway.ask('admin', 'GET', `${path}?cursor=${cursor}`), 400);
      for (const path of ['/api/admin/logs', '/api/sweeps', '/api/payments/held', '/api/payments/foreign'])
        for (const cursor of [none('[864e13,5]'), '', '.', 'x.abc', `${'9'.repeat(15)}.abc`, '1e3.abc', '1.a$b'])
          isProblem(await gateway.ask('admin', 'GET', `${path}?cursor=${cursor}`), 400);
      for (const cursor of ['.abc', '99999999999999.abc', '0.__proto__'])
        expect((await gateway.ask('admin', 'GET', `/api/admin/logs?cursor=${cursor}`)).status).to.equal(200);
    });

    it('is 400 where a number is no whole one in digits', async () => {
      for (const number of ['', '0x10', '1e2', ' 5', '5.5', '5.01', '-1', '0', 'NaN', '1&limit=2', '9'.repeat(30)])
        isProblem(await gateway.ask('admin', 'GET', `/api/admin/logs?limit=${number}`), 400);
    });

    it('is 400 when it is no JSON, and nothing of it is repeated', async () => {
      const answer = await send({ 'Content-Type': 'application/json' }, '{"name": "secret-thing"');
      isProblem(answer, 400);
      expect(JSON.stringify(answer.body)).not.to.contain('secret');
      isProblem(await send({ 'Content-Type': 'application/json' }, '"text"'), 400);
      isProblem(await send({ 'Content-Type': 'application/json' }, '[]'), 400);
    });

    it('is 415 as another type', async () => {
      const answer = await send({ 'Content-Type': 'text/plain' }, '{}');
      isProblem(answer, 415);
      expect(answer.headers.get('accept')).to.equal('application/json');
      isProblem(await send({ 'Content-Type': 'application/x-www-form-urlencoded' }, 'name=x'), 415);
    });

    it('is 413 above 1 MiB', async () => {
      const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
      isProblem(await send({ 'Content-Type': 'application/json' }, body), 413);
    });

    it('is 400 when shaped like a query of the store', async () => {
      isProblem(await gateway.ask('admin', 'POST', '/api/events', { name: { $gt: '' }, date: '2026-11-21' }), 400);
      isProblem(
        await gateway.ask(null, 'POST', '/api/auth/login', { username: { $ne: null }, password: { $ne: null } }),
        400,
      );
      isProblem(
        await send(
          { 'Content-Type': 'application/x-www-form-urlencoded' },
          'username[$ne]=x&password[$ne]=x',
          '/api/auth/login',
        ),
        400,
      );
      isProblem(await gateway.ask('admin', 'GET', '/api/admin/logs?subject[$ne]=x'), 400);
      isProblem(await gateway.ask('admin', 'GET', '/api/admin/logs?subject=a&subject=b'), 400);
      isProblem(await gateway.ask('staff', 'POST', '/api/checkin/scan', { qr_token: { $ne: null } }), 400);
      isProblem(await gateway.ask('admin', 'PUT', '/api/payments/pay_AAAAAAAAAAAAAA', { event_id: { $gt: 0 } }), 400);
    });

    it('is 400 with a query parameter that no route takes', async () => {
      isProblem(await gateway.ask('admin', 'GET', '/api/events?limti=5'), 400);
      isProblem(await gateway.ask('admin', 'GET', '/api/events/1?x=1'), 400);
      isProblem(await gateway.ask('admin', 'GET', '/api/events?limit=1001'), 400);
      isProblem(await gateway.ask('admin', 'GET', '/api/events?cursor=nonsense'), 400);
    });
  });

  it('answer what there is not with a problem, too', async () => {
    isProblem(await gateway.ask(null, 'GET', '/api/nothing'), 404);
    isProblem(await gateway.ask(null, 'GET', '/%E0%A4%A'), 404);
    const wrong = await gateway.ask(null, 'DELETE', '/health');
    isProblem(wrong, 405);
    expect(wrong.headers.get('allow')).to.equal('GET, HEAD, OPTIONS');
  });

  it('take no TRACE, which would send back what a proxy added', async () => {
    const { port } = new URL(gateway.url);
    for (const [path, status] of Object.entries({ '/': 405, '/api/events': 405, '/api/nothing': 404 })) {
      const asked = request({ port, host: '127.0.0.1', method: 'TRACE', path, headers: { 'X-Mark': 'reflect me' } });
      const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
      expect(answer.statusCode, path).to.equal(status);
      expect(await text(answer)).not.to.include('reflect me');
    }
  });

  it('carry security headers and a correlation id, errors included', async () => {
    for (const path of ['/', '/api/nothing', '/api/events']) {
      const { headers } = await gateway.ask(null, 'GET', path);
      expect(headers.get('content-security-policy')).to.contain("default-src 'none'");
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('x-powered-by')).to.equal(null);
      expect(headers.get('x-correlation-id')).to.match(/\S/);
    }
  });

  it('tell who they are at /, how they are at /health, and count themselves', async () => {
    const root = await gateway.ask(null, 'GET', '/');
    expect(root.body).to.include({ name: 'QRFlow' });
    const health = await gateway.ask(null, 'GET', '/health');
    expect(health.status).to.equal(200);
    expect(health.body).to.include({ status: 'ok', store: 'up', bus: 'up' });
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.running.opsPort}/metrics`)).text();
    expect(metrics).to.match(
      /qrflow_http_requests_total\{method="GET",route="\/health",status="200",service="gateway"\} \d/,
    );
    expect(metrics).to.contain('qrflow_http_request_duration_seconds_bucket');
    expect(metrics).not.to.contain('pay_AAAAAAAAAAAAAA');
  });
});
