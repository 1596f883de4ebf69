import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { ConfigError } from '../../../shared/config/index.ts';
import { loadGatewayConfig } from '../config.ts';
import { PASSWORD, read, startTestGateway, type TestGateway } from '../testing/start.ts';
import { OUR_WORDS, weakness } from './weak-passwords.ts';

const NEW = 'staple, then a pony';
const LIMITS = { perUsername: 4, perUsernameAnywhere: 1_000, perAddress: 1_000, window: 60 };

describe('one’s own password', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ loginLimits: LIMITS });
  });
  after(() => gateway.stop());

  let made = 0;
  const person = async () => {
    const username = `own${++made}`;
    const body = { username, password: PASSWORD, role: 'staff' };
    const { id } = (await gateway.ask('admin', 'POST', '/api/admin/users', body)).body;
    return { id, username, token: await login(username, PASSWORD) };
  };
  const login = async (username: string, password: string): Promise<string | undefined> =>
    (await gateway.ask(null, 'POST', '/api/auth/login', { username, password })).body.access_token;
  const as = async (token: string | undefined, method: string, path: string, body?: object) =>
    read(
      await fetch(gateway.url + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const change = (token: string | undefined, current_password: string, new_password: string) =>
    as(token, 'PUT', '/api/auth/password', { current_password, new_password });
  const works = async (token: string | undefined) => (await as(token, 'GET', '/api/auth/me')).status === 200;

  it('is changed with the current one; every older session ends, and a new one begins', async () => {
    const { id, username, token } = await person();
    const elsewhere = await login(username, PASSWORD);
    const answer = await change(token, PASSWORD, NEW);
    expect(answer.status).to.equal(200);
    expect(await Promise.all([token, elsewhere, answer.body.access_token].map(works))).to.deep.equal([
      false,
      false,
      true,
    ]);
    expect(await login(username, PASSWORD)).to.equal(undefined);
    expect(await login(username, NEW)).to.be.a('string');
    const trail = await gateway.store.activities.find({ subject: `user:${id}`, action: 'user.changed' }).lean();
    expect(trail.map(({ actor, facts }) => ({ actor, facts }))).to.deep.equal([
      { actor: username, facts: { fields: ['password'] } },
    ]);
  });

  it('has 8 characters at least, and may have 256', async () => {
    const { username, token } = await person();
    for (const length of [1, 7, 257]) {
      const [own, byAdmin] = [
        await change(token, PASSWORD, '¤'.repeat(length)),
        await gateway.ask('admin', 'POST', '/api/admin/users', {
          username: 'short',
          password: '¤'.repeat(length),
          role: 'staff',
        }),
      ];
      expect([own.status, byAdmin.status], `${length}`).to.deep.equal([400, 400]);
    }
    const long = 'ab'.repeat(128);
    expect((await change(token, PASSWORD, long)).status).to.equal(200);
    expect(await login(username, long.slice(0, 255))).to.equal(undefined);
    expect(await login(username, long)).to.be.a('string');
  });

  it('stays without the current one, whatever the token; guessing is slowed down as at the sign-in', async () => {
    const { username, token } = await person();
    const guesses = [];
    for (let i = 0; i <= LIMITS.perUsername; i++) guesses.push((await change(token, `guess ${i}`, NEW)).status);
    expect(guesses).to.deep.equal([...Array(LIMITS.perUsername).fill(422), 429]);
    expect((await change(token, PASSWORD, NEW)).status, 'even with the right one').to.equal(429);
    expect(await works(token)).to.equal(true);
    const trail = await gateway.store.activities.find({ actor: username, action: 'login.failed' }).lean();
    expect(trail).to.have.length(LIMITS.perUsername);
    expect(JSON.stringify(trail)).not.to.include('guess');
  });

  it('changed twice at the same moment is changed once', async () => {
    const { username, token } = await person();
    const news = ['the first of two', 'the second of two'];
    const answers = await Promise.all(news.map((one) => change(token, PASSWORD, one)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 422]);
    const signedIn = await Promise.all(news.map((one) => login(username, one)));
    expect(signedIn.filter((one) => one !== undefined)).to.have.length(1);
  });

  it('is refused where everybody would guess it, and nothing changes; so is one that an admin sets', async () => {
    const { id, username, token } = await person();
    for (const weak of ['1q2w3e4r5t', 'PassWord123', `${username}-2026`, 'qrflow-admin-1'])
      for (const answer of [
        await change(token, PASSWORD, weak),
        await gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, { password: weak }),
        await gateway.ask('admin', 'POST', '/api/admin/users', { username: 'own', password: weak, role: 'staff' }),
      ]) {
        expect(answer.status, weak).to.equal(422);
        expect(answer.body.errors[0].field).to.match(/password$/);
        expect(JSON.stringify(answer.body)).not.to.include(weak);
      }
    expect(await login(username, PASSWORD)).to.be.a('string');
  });
});

describe('a new password', () => {
  it('may be of any composition, and as long as 256 characters', () => {
    for (const good of [
      'correct horse battery',
      'तिकिट घर बंद है',
      '        a quiet one',
      '😀'.repeat(8),
      'x7'.repeat(128),
    ])
      expect(weakness(good, 'gate1'), good).to.equal(null);
  });

  it('is none of those that leaked most often, in any case and width', () => {
    for (const common of ['123456789', 'Password1', 'QWERTYUIOP', 'iloveyou1', '１２３４５６７８９'])
      expect(weakness(common, 'gate1'), common).to.include('everybody tries');
  });

  it('is not made of the username and our own words', () => {
    for (const word of [...OUR_WORDS, 'gate1']) expect(weakness(`${word}${word}2026`, 'Gate1'), word).to.be.a('string');
    expect(weakness('my ticket to the moon', 'gate1')).to.equal(null);
  });

  it('is asked of the first administrator, too', () => {
    const env = {
      MONGODB_URI: 'mongodb://localhost/qrflow',
      NATS_URL: 'nats://localhost',
      JWT_SECRET: 'x'.repeat(32),
      ADMIN_USERNAME: 'meera',
      TICKET_PUBLIC_KEYS: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    };
    const faults = (ADMIN_PASSWORD: string): readonly string[] => {
      try {
        loadGatewayConfig({ ...env, ADMIN_PASSWORD });
        return [];
      } catch (error) {
        return (error as ConfigError).faults;
      }
    };
    expect(faults('a long one of my own')).to.deep.equal([]);
    for (const weak of ['1234567890', 'admin-meera-1']) {
      expect(faults(weak).join()).to.match(/^ADMIN_PASSWORD /);
      expect(faults(weak).join()).not.to.include(weak);
    }
  });
});
