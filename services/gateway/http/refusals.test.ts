import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

type Line = Record<string, unknown>;

describe('what the gateway turns away', () => {
  const lines: string[] = [];
  let gateway: TestGateway;
  before(async () => {
    const log = createLogger('gateway', 'info', false, { write: (line) => lines.push(line) });
    const loginLimits = { perUsername: 1, perUsernameAnywhere: 100, perAddress: 100, window: 60 };
    gateway = await startTestGateway({ log, loginLimits });
  });
  after(() => gateway.stop());

  /** Asks, and gives the one line that this left in the log. */
  const told = async (ask: Promise<{ headers: Headers }>): Promise<Line | undefined> => {
    const id = (await ask).headers.get('x-correlation-id');
    const found = lines.map((line) => JSON.parse(line) as Line).filter(({ correlation_id }) => correlation_id === id);
    expect(found).to.have.length.at.most(1);
    return found[0];
  };

  it('is told in the log by route and user id: no token, a bad one, another role, what cannot be read', async () => {
    const { body: staff } = await gateway.ask('staff', 'GET', '/api/auth/me');
    const route = '/api/admin/users/{id}';
    const refused = { service: 'gateway', msg: 'http: refused', method: 'GET' };
    expect(await told(gateway.ask(null, 'GET', '/api/admin/users'))).to.include({
      ...refused,
      level: 'info',
      answer: 401,
      route: '/api/admin/users',
    });
    const headers = { Authorization: 'Bearer a.bad.token' };
    expect(await told(fetch(`${gateway.url}/api/events`, { headers }))).to.include({ ...refused, answer: 401 });
    expect(await told(gateway.ask('staff', 'PUT', '/api/admin/users/1', { role: 'staff' }))).to.include({
      level: 'warn',
      answer: 403,
      method: 'PUT',
      route,
      user_id: staff.id,
    });
    expect(await told(gateway.ask('admin', 'PUT', '/api/admin/users/1', { role: { $ne: 1 } }))).to.include({
      answer: 400,
      route,
      user_id: 1,
    });
    expect(await told(gateway.ask('admin', 'DELETE', '/api/events'))).to.include({ answer: 405, route: '/api/events' });
  });

  it('is told when it guesses too often, and nothing of what it typed is', async () => {
    const guess = () =>
      gateway.ask(null, 'POST', '/api/auth/login', { username: 'typed-by-mistake', password: 'my-dear-secret' });
    expect(await told(guess())).to.include({ answer: 401 });
    expect(await told(guess())).to.include({ level: 'warn', answer: 429, route: '/api/auth/login' });
    expect(lines.join('')).not.to.match(/typed-by-mistake|my-dear-secret|bad\.token/);
  });

  it('leaves everyday answers out', async () => {
    expect(await told(gateway.ask('admin', 'GET', '/api/events'))).to.equal(undefined);
    expect(await told(gateway.ask('admin', 'GET', '/api/events/999'))).to.equal(undefined);
    expect(await told(gateway.ask('admin', 'PUT', '/api/admin/users/1', { disabled: true }))).to.equal(undefined);
  });
});
