import { expect } from 'chai';
import { SignJWT } from 'jose';
import { openParts } from '../../../shared/service/parts.ts';
import { testServers } from '../../../test/servers.ts';
import { startGateway } from '../app.ts';
import { club, PEOPLE } from '../testing/documents.ts';
import { PASSWORD, read, startTestGateway, type TestGateway } from '../testing/start.ts';
import { passwordHashing } from './password.ts';

const LIMITS = { perUsername: 4, perUsernameAnywhere: 1_000, perAddress: 1_000, window: 60 };

describe('signing in', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ loginLimits: LIMITS });
    await gateway.store.clubs.create(club());
  });
  after(() => gateway.stop());

  const login = (username: string, password: string) =>
    gateway.ask(null, 'POST', '/api/auth/login', { username, password });
  const withToken = async (token: string, method = 'GET', path = '/api/auth/me') =>
    read(await fetch(gateway.url + path, { method, headers: { Authorization: `Bearer ${token}` } }));
  let made = 0;
  const newUser = async (role: string) => {
    const username = `person${++made}`;
    const club_id = role === 'organizer' ? PEOPLE.club : null;
    const { body } = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username,
      password: PASSWORD,
      role,
      club_id,
    });
    return { id: body.id as number, username };
  };
  const signedIn = async (role: string) => {
    const user = await newUser(role);
    const { body } = await login(user.username, PASSWORD);
    return { ...user, token: body.access_token as string };
  };

  it('works with JSON and with a form, and the token says who one is', async () => {
    const json = await login('admin', PASSWORD);
    expect(json.status).to.equal(200);
    expect(json.body).to.have.all.keys('access_token', 'token_type', 'expires_in');
    expect(json.body).to.include({ token_type: 'bearer', expires_in: 43_200 });
    const form = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'admin', password: PASSWORD, grant_type: 'password' }),
    });
    const { access_token } = (await form.json()) as { access_token: string };
    expect((await withToken(access_token)).body).to.deep.equal({
      id: 1,
      username: 'admin',
      email: null,
      full_name: null,
      role: 'admin',
      club: null,
    });
  });

  it('never says whether the username or the password was wrong', async () => {
    const { username } = await newUser('staff');
    const [wrong, unknown] = [await login(username, 'not the password'), await login('nobody-at-all', 'x')];
    expect(wrong.status).to.equal(401);
    expect(unknown.status).to.equal(401);
    for (const answer of [wrong, unknown]) delete answer.body.correlation_id;
    expect(wrong.body).to.deep.equal(unknown.body);
  });

  it('leaves in the trail who tried, and nothing that was typed as a name and is none', async () => {
    const { username } = await newUser('staff');
    await login(username, 'not the password');
    await login('my-password-by-mistake', 'x');
    await login(username, PASSWORD);
    const trail = await gateway.store.activities.find({ action: { $in: ['login.failed', 'login.succeeded'] } }).lean();
    expect(trail.filter((entry) => entry.actor === username).map((entry) => entry.action)).to.have.members([
      'login.failed',
      'login.succeeded',
    ]);
    expect(JSON.stringify(trail)).not.to.contain('my-password-by-mistake').and.not.contain(PASSWORD);
  });

  it('is slowed down per username, whatever the case it is typed in', async () => {
    const { username } = await newUser('staff');
    const answers = [];
    for (let i = 0; i < LIMITS.perUsername; i++) answers.push((await login(username, `guess ${i}`)).status);
    expect(answers).to.deep.equal(answers.map(() => 401));
    const slowed = await login(username.toUpperCase(), PASSWORD);
    expect(slowed.status).to.equal(429);
    expect(Number(slowed.headers.get('retry-after'))).to.be.within(1, LIMITS.window);
    expect((await login(username, PASSWORD)).status, 'even with the right password').to.equal(429);
  });

  it('counts guesses made at the same time, too', async () => {
    const { username } = await newUser('staff');
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => login(username, `guess ${i}`)));
    expect(answers.filter(({ status }) => status === 401)).to.have.length(LIMITS.perUsername);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(12 - LIMITS.perUsername);
  });

  it('is not slowed down by successes', async () => {
    const { username } = await newUser('staff');
    for (let i = 0; i <= LIMITS.perUsername; i++) expect((await login(username, PASSWORD)).status).to.equal(200);
  });

  it('out ends that token and no other', async () => {
    const { username, token } = await signedIn('staff');
    const other = (await login(username, PASSWORD)).body.access_token;
    expect((await withToken(token, 'POST', '/api/auth/logout')).status).to.equal(200);
    expect((await withToken(token)).status).to.equal(401);
    expect((await withToken(other)).status).to.equal(200);
  });

  for (const [what, change] of Object.entries({
    'a new role': { role: 'staff' },
    'a new password': { password: 'another long password' },
    'being disabled': { disabled: true },
  }))
    it(`ends with ${what}`, async () => {
      const { id, token } = await signedIn('organizer');
      expect((await withToken(token)).status).to.equal(200);
      expect((await gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, change)).status).to.equal(200);
      expect((await withToken(token)).status).to.equal(401);
    });

  it('is over for a disabled user, in the same words as a wrong password', async () => {
    const { id, username } = await newUser('staff');
    await gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, { disabled: true });
    const answer = await login(username, PASSWORD);
    expect(answer.status).to.equal(401);
    expect(answer.body.detail).to.equal('username or password is wrong');
  });

  it('gives the role of the session, not one that a token claims', async () => {
    const { token } = await signedIn('staff');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
    const secret = new TextEncoder().encode(gateway.config.JWT_SECRET);
    const raised = await new SignJWT({ ...claims, role: 'admin' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect((await withToken(raised, 'GET', '/api/admin/users')).status).to.equal(403);
  });
});

describe('guessing from one address', () => {
  const perAddress = { perUsername: 100, perUsernameAnywhere: 100, perAddress: 2, window: 60 };
  const guess = async (url: string, username: string, forwarded: string) => {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': forwarded },
      body: new URLSearchParams({ username, password: 'a guess' }),
    });
    return response.status;
  };
  const statuses = async (
    trusted: string,
    addresses: string[],
    limits = perAddress,
    username = (index: number) => `user${index}`,
  ) => {
    const gateway = await startTestGateway({ loginLimits: limits, env: { TRUSTED_PROXIES: trusted } });
    try {
      const answers = [];
      for (const [i, address] of addresses.entries()) answers.push(await guess(gateway.url, username(i), address));
      const metrics = await gateway.parts.registry.getSingleMetricAsString('qrflow_logins_total');
      expect(metrics).to.contain('answer="failed"').and.contain('answer="throttled"');
      return answers;
    } finally {
      await gateway.stop();
    }
  };

  it('is slowed down whatever the usernames, and a made-up X-Forwarded-For helps nobody', async () => {
    expect(await statuses('0', ['198.51.100.1', '198.51.100.2', '198.51.100.3'])).to.deep.equal([401, 401, 429]);
  });

  it('is told apart behind a proxy of ours, by what that proxy itself says', async () => {
    const asked = [
      '203.0.113.1, 198.51.100.1',
      '203.0.113.2, 198.51.100.1',
      '203.0.113.3, 198.51.100.1',
      '198.51.100.2',
    ];
    expect(await statuses('1', asked)).to.deep.equal([401, 401, 429, 401]);
  });

  it('locks a username for that address, and for the others only after far more guesses', async () => {
    const limits = { perUsername: 1, perUsernameAnywhere: 3, perAddress: 100, window: 60 };
    const asked = ['198.51.100.1', '198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];
    expect(await statuses('1', asked, limits, () => 'admin')).to.deep.equal([401, 429, 401, 401, 429]);
  });
});

describe('users', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.clubs.create(club());
  });
  after(() => gateway.stop());

  it('are one whatever case their name is typed in', async () => {
    const make = (username: string) =>
      gateway.ask('admin', 'POST', '/api/admin/users', { username, password: PASSWORD, role: 'staff' });
    expect((await make('Meera')).body.username).to.equal('Meera');
    expect((await make('meera')).status).to.equal(409);
    const { status } = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'MEERA', password: PASSWORD }),
    });
    expect(status).to.equal(200);
  });

  it('are made by an admin, with small ids, and no answer ever holds a password', async () => {
    const made = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username: 'asha',
      email: 'asha@example.edu',
      full_name: 'Asha Rao',
      password: PASSWORD,
      role: 'organizer',
      club_id: PEOPLE.club,
    });
    expect(made.status).to.equal(200);
    expect(made.body).to.include({ username: 'asha', email: 'asha@example.edu', role: 'organizer' });
    expect(made.body.id).to.be.within(2, 100);
    const list = await gateway.ask('admin', 'GET', '/api/admin/users');
    expect(list.body.map((user: { username: string }) => user.username)).to.include.members(['admin', 'asha']);
    expect(JSON.stringify([made.body, list.body])).not.to.match(/scrypt|password/);
  });

  it('have a username of their own', async () => {
    const again = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username: 'admin',
      password: PASSWORD,
      role: 'staff',
    });
    expect(again.status).to.equal(409);
    expect(again.body.errors).to.deep.equal([{ field: 'username', message: 'is taken' }]);
  });

  it('cannot take the last administrator’s role from themselves', async () => {
    for (const change of [{ disabled: true }, { role: 'staff' }])
      expect((await gateway.ask('admin', 'PUT', '/api/admin/users/1', change)).status).to.equal(409);
    expect((await gateway.ask('admin', 'GET', '/api/auth/me')).status).to.equal(200);
  });

  it('get ids also where the counter is behind, as after a restore', async () => {
    await gateway.store.counters.updateOne({ _id: 'users' }, { $set: { n: 0 } });
    const made = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username: 'late',
      password: PASSWORD,
      role: 'staff',
    });
    expect(made.status).to.equal(200);
  });

  it('can sign in the moment the gateway listens, also at the very first start', async () => {
    const { config, stop } = await startTestGateway();
    await stop();
    const servers = await testServers();
    const fresh = { ...config, MONGODB_URI: servers.mongoUri() };
    const parts = openParts('gateway', fresh);
    const running = await startGateway(fresh, parts);
    const answer = await fetch(`http://127.0.0.1:${running.port}/api/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'admin', password: PASSWORD }),
    });
    expect(answer.status).to.equal(200);
    expect((await parts.store.users.findById(1).lean())?.password, 'a dear hash').to.match(/^scrypt\$16384\$8\$5\$/);
    await running.stop();
  });

  it('begin with one administrator, however many replicas start at once', async () => {
    const first = await startTestGateway();
    try {
      await first.store.users.deleteMany({});
      const replicas = await Promise.all(
        Array.from({ length: 4 }, () => startGateway(first.config, openParts('gateway', first.config))),
      );
      await Promise.all(replicas.map((replica) => replica.usersReady));
      expect(await first.store.users.countDocuments({})).to.equal(1);
      await Promise.all(replicas.map((replica) => replica.stop()));
    } finally {
      await first.stop();
    }
  });
});

describe('passwords', () => {
  const { hash, matches } = passwordHashing();
  it('are kept with their parameters, each with its own salt', async () => {
    const [one, two] = await Promise.all([hash(PASSWORD), hash(PASSWORD)]);
    expect(one)
      .to.match(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/)
      .and.not.equal(two);
    expect(await matches(PASSWORD, one)).to.equal(true);
    expect(await matches(`${PASSWORD} `, one)).to.equal(false);
    expect(await matches(PASSWORD, undefined)).to.equal(false);
  });

  it('made with other parameters still match', async () => {
    const { scryptSync } = await import('node:crypto');
    const salt = Buffer.from('0123456789abcdef');
    const key = scryptSync(PASSWORD, salt, 32, { N: 1024, r: 8, p: 1 });
    const stored = `scrypt$1024$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    expect(await matches(PASSWORD, stored)).to.equal(true);
  });
});
