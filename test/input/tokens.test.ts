import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { PASSWORD, read, startTestGateway, type TestGateway } from '../../services/gateway/testing/start.ts';
import { signTicket } from '../../shared/ticket/token.ts';
import type { Json } from '../world.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hour = () => Math.floor(Date.now() / 1_000) + 3_600;

interface Session {
  token: string;
  claims: JWTPayload & Record<string, unknown>;
  id: number;
  username: string;
}

describe('a token', () => {
  let gateway: TestGateway;
  let key: Uint8Array;
  before(async () => {
    gateway = await startTestGateway();
    key = bytes(gateway.config.JWT_SECRET);
  });
  after(() => gateway.stop());

  let made = 0;
  async function session(role = 'admin'): Promise<Session> {
    const username = `person${++made}`;
    const { body: user } = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username,
      password: PASSWORD,
      role,
    });
    return { id: user.id, ...(await signIn(username)) };
  }
  async function signIn(username: string) {
    const { body } = await gateway.ask(null, 'POST', '/api/auth/login', { username, password: PASSWORD });
    const token = body.access_token as string;
    return { token, username, claims: JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) };
  }
  const signed = (claims: JWTPayload, alg = 'HS256', by: Parameters<SignJWT['sign']>[0] = key, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(by);
  /** What no library would sign. */
  const byHand = (alg: string, claims: unknown, by: string | Uint8Array) => {
    const head = `${encoded({ alg })}.${encoded(claims)}`;
    return `${head}.${createHmac(alg.replace('HS', 'sha'), by).update(head).digest('base64url')}`;
  };
  const without = (claims: JWTPayload, ...names: string[]): JWTPayload =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
  const ask = async (headers: Record<string, string>, path = '/api/admin/users', more: RequestInit = {}) =>
    read(await fetch(gateway.url + path, { headers, ...more }));
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const cookie = (token: string) => ({ Cookie: `qrflow_session=${token}` });

  /** Every refusal reads the same, and tells nothing of why: neither of our insides nor of what the token says. */
  function expectRefused({ status, headers, body }: Awaited<ReturnType<typeof read>>, what: string) {
    expect(status, what).to.equal(401);
    expect(headers.get('content-type'), what).to.match(/^application\/problem\+json/);
    expect(headers.get('www-authenticate'), what).to.match(/^Bearer/);
    expect(body, what).to.have.all.keys('type', 'title', 'status', 'detail', 'correlation_id');
    expect([body.type, body.title, body.status], what).to.deep.equal(['about:blank', 'Not signed in', 401]);
    expect(body.detail, what).to.be.oneOf([
      'sign in at POST /api/auth/login and send its access_token: "Authorization: Bearer …"',
      'this token is not valid, or has run out; sign in again',
      'you were signed out; sign in again',
    ]);
  }

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  /** Made from a session that is good: nothing but what the name says is wrong with it. */
  const FORGED: Record<string, (good: Session, other: Session) => string | Promise<string>> = {
    'alg none': ({ claims }) => new UnsecuredJWT(claims).encode(),
    'alg None with a signature': ({ token }) => token.replace(/^[^.]+/, encoded({ alg: 'None', typ: 'JWT' })),
    'no alg': ({ token }) => token.replace(/^[^.]+/, encoded({ typ: 'JWT' })),
    'signature cut off': ({ token }) => token.replace(/[^.]+$/, ''),
    'only two parts': ({ token }) => token.replace(/\.[^.]+$/, ''),
    'five parts': ({ token }) => `${token}.x.y`,
    'signature padded': ({ token }) => `${token}=`,
    'last letter of the signature': ({ token }) => token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
    'HS384, our key': ({ claims }) => byHand('HS384', claims, key),
    'HS512, our key': ({ claims }) => byHand('HS512', claims, key),
    'RS256, a key of theirs': ({ claims }) => signed(claims, 'RS256', rsa.privateKey),
    'RS256 with its public key beside it': ({ claims }) =>
      signed(claims, 'RS256', rsa.privateKey, { jwk: rsa.publicKey.export({ format: 'jwk' }) }),
    'EdDSA, the key of the tickets': ({ claims }) => signed(claims, 'EdDSA', gateway.signingKey),
    'HS256 with the public key of the tickets': ({ claims }) =>
      signed(
        claims,
        'HS256',
        bytes(createPublicKey(gateway.signingKey).export({ type: 'spki', format: 'pem' }).toString()),
      ),
    'HS256, another key': ({ claims }) => signed(claims, 'HS256', bytes('another key that is 32 bytes long')),
    'HS256, a key that begins like ours': ({ claims }) => signed(claims, 'HS256', key.slice(0, -1)),
    'an empty key': ({ claims }) => byHand('HS256', claims, ''),
    'a key that a header names': ({ claims }) =>
      signed(claims, 'HS256', bytes(''.padEnd(32, '\0')), {
        kid: '../../../../dev/null',
        jku: 'http://evil.example/k',
      }),
    expired: ({ claims }) => signed({ ...claims, exp: hour() - 3_601 }),
    'without an end': ({ claims }) => signed(without(claims, 'exp')),
    'an end that is no time': ({ claims }) => signed({ ...without(claims, 'exp'), exp: '9999999999' as never }),
    'not yet valid': ({ claims }) => signed({ ...claims, nbf: hour() }),
    'without a subject': ({ claims }) => signed(without(claims, 'sub')),
    'an empty subject': ({ claims }) => signed({ ...claims, sub: '' }),
    'another subject': ({ claims }) => signed({ ...claims, sub: 'admin' }),
    'a query as subject': ({ claims }) => signed({ ...claims, sub: { $ne: null } as never }),
    'without a session': ({ claims }) => signed(without(claims, 'jti')),
    'an unknown session': ({ claims }) => signed({ ...claims, jti: crypto.randomUUID() }),
    'the session of somebody else': ({ claims }, other) => signed({ ...claims, jti: other.claims.jti as string }),
    'a query as session': ({ claims }) => signed({ ...claims, jti: { $gt: '' } as never }),
    'several sessions': ({ claims }) => signed({ ...claims, jti: [claims.jti] as never }),
    'claims that are no object': () => byHand('HS256', 'admin', key),
    'claims changed under the signature': ({ token, claims }) =>
      token.replace(/\.[^.]+\./, `.${encoded({ ...claims, role: 'admin', exp: hour() + 99 })}.`),
    'claims of one and signature of another': ({ token }, other) =>
      [...token.split('.').slice(0, 2), other.token.split('.')[2]].join('.'),
    '12 kB of it': ({ claims }) => signed({ ...claims, jti: 'x'.repeat(9_000) }),
    garbage: () => '..',
    'a password': () => PASSWORD,
    'the secret itself': () => gateway.config.JWT_SECRET.replaceAll(' ', ''),
    'a ticket': () => signTicket({ ticket: 'ticket-1', event: 1 }, gateway.signingKey),
  };

  it('that we did not sign, not so, or not for this session, opens nothing; and no refusal says more than another', async () => {
    const [good, other] = [await session(), await session()];
    await Promise.all(
      Object.entries(FORGED).map(async ([what, forge]) => {
        const token = await forge(good, other);
        for (const how of [bearer, cookie]) expectRefused(await ask(how(token)), `${what}, as ${how.name}`);
      }),
    );
    // What they were made from is good, and stays so.
    for (const how of [bearer, cookie])
      for (const { token } of [good, other]) expect((await ask(how(token))).status).to.equal(200);
    expect((await ask(bearer(await signed(good.claims)))).status, 'as we sign').to.equal(200);
  });

  it('counts in the Authorization header, or the session’s own cookie, and nowhere else', async () => {
    const { token } = await session();
    const elsewhere: Record<string, [Record<string, string>, string?, RequestInit?]> = {
      'in the query': [{}, `/api/admin/users?access_token=${token}`],
      'in the query, called token': [{}, `/api/admin/users?token=${token}&authorization=Bearer%20${token}`],
      'in another cookie': [{ Cookie: `token=${token}; access_token=${token}; jwt=${token}` }],
      'in a form': [
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        '/api/admin/users',
        { method: 'POST', body: `access_token=${token}` },
      ],
      'in another header': [{ 'X-Access-Token': token, 'Proxy-Authorization': `Bearer ${token}` }],
      'as Basic': [{ Authorization: `Basic ${Buffer.from(`admin:${token}`).toString('base64')}` }],
      'without a scheme': [{ Authorization: token }],
      'as another scheme': [{ Authorization: `Token ${token}` }],
      'between others': [{ Authorization: `Bearer x, Bearer ${token}` }],
      'in the cookie, beside a header that is none': [{ Authorization: 'Bearer x', ...cookie(token) }],
      'twice in one': [{ Authorization: `Bearer ${token} ${token}` }],
    };
    for (const [what, [headers, path, more]] of Object.entries(elsewhere))
      expectRefused(await ask({ ...headers }, path, { ...more, headers }), what);
    expect((await ask({ Authorization: `bearer ${token}` })).status, 'case of the scheme').to.equal(200);
  });

  it('too large for a header is refused before anything reads it', async () => {
    const { token } = await session();
    const { status, body } = await ask(bearer(token + 'x'.repeat(20_000)));
    expect([status, body]).to.deep.equal([431, '']);
  });

  const END: Record<string, (one: Session) => Promise<{ status: number }>> = {
    'signing out': ({ token }) => ask(bearer(token), '/api/auth/logout', { method: 'POST', headers: bearer(token) }),
    'being disabled': ({ id }) => gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, { disabled: true }),
    'a lower role': ({ id }) => gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, { role: 'staff' }),
    'a new password': ({ id }) =>
      gateway.ask('admin', 'PUT', `/api/admin/users/${id}`, { password: 'another long password' }),
  };
  for (const [what, end] of Object.entries(END))
    it(`is dead after ${what}, whatever it says of itself, and none of it comes back`, async () => {
      const one = await session();
      expect((await ask(bearer(one.token))).status).to.equal(200);
      expect((await end(one)).status).to.equal(200);
      expectRefused(await ask(bearer(one.token)), 'as it was');
      expectRefused(await ask(bearer(await signed({ ...one.claims, exp: hour() + 9 }))), 'with a later end');
      expect(await gateway.store.sessions.countDocuments({ user_id: one.id })).to.equal(0);
      const { body: users } = await gateway.ask('admin', 'GET', '/api/admin/users');
      if (users.find(({ id }: Json) => id === one.id).role === 'admin') return;
      // Signed in anew, that user has the new role and no more.
      const again = await signIn(one.username);
      const raised = await signed({ ...again.claims, role: 'admin' });
      for (const token of [again.token, raised]) {
        const { status, body } = await ask(bearer(token));
        expect([status, body.title]).to.deep.equal([403, 'Not allowed']);
      }
    });

  it('is asked for by every route that is not public, before anything else is looked at', async () => {
    const { body: document } = await gateway.ask(null, 'GET', '/openapi.json');
    const forged = await signed({ sub: 'admin', jti: 'x', exp: hour(), role: 'admin' }, 'HS256', bytes('k'.repeat(32)));
    const guarded = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json)
        .filter(([, operation]) => (operation as Json).security.length > 0)
        .map(([method]) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, '1') })),
    );
    expect(guarded.length).to.be.above(20);
    for (const { method, path } of guarded)
      for (const headers of [{}, bearer(forged)]) {
        const more =
          method === 'GET'
            ? { headers }
            : { method, body: '{', headers: { ...headers, 'Content-Type': 'application/json' } };
        expectRefused(await ask(headers, `${path}?x[$ne]=1`, more), `${method} ${path}`);
      }
  });
});
