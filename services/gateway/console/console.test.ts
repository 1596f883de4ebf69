import { expect } from 'chai';
import { ROLES, type Role } from '../../../shared/store/documents.ts';
import { PASSWORD, startTestGateway, type TestGateway } from '../testing/start.ts';
import { PAGES } from './pages/index.ts';
import { hasView } from './views.ts';

const filled = (path: string) => path.replace('{payment_id}', 'pay_AAAAAAAAAAAAAA').replaceAll(/\{\w+\}/g, '999');
const HTML = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the console', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, { headers: { ...HTML, ...headers }, redirect: 'manual' });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { ...HTML, ...headers },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  const cookie = async (role: Role) => ({ Cookie: `qrflow_session=${await gateway.token(role)}` });
  const csrfOf = async (headers: Record<string, string>, path = '/') =>
    /name="csrf" content="([\w-]+)"/.exec(await (await get(path, headers)).text())?.[1] ?? '';

  it('is what a browser gets at /, while others get the JSON they always got', async () => {
    for (const accept of ['*/*', 'application/json']) {
      const answer = await fetch(`${gateway.url}/`, { headers: { Accept: accept } });
      expect(await answer.json(), accept).to.include({ name: 'QRFlow' });
      expect(answer.headers.get('vary')).to.equal('Accept');
    }
    const answer = await get('/', await cookie('admin'));
    expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await answer.text()).to.contain('<h1>Today</h1>');
  });

  it('has a view for every page, and who is not signed in sees what is meant for them', () => {
    for (const one of PAGES)
      if (one.kind === 'page' && one.view !== undefined) expect(hasView(one.view), one.view).to.equal(true);
    expect(
      PAGES.filter(({ access }) => access === 'public').map(({ kind, path }) => `${kind} ${path}`),
    ).to.have.members([
      'page /login',
      'action /login',
      'page /docs',
      // Students have no account: what they know is the payment's reference and its phone.
      'page /find',
      'action /find',
      'action /find/send',
      'action /find/address',
      // Before anybody gives anything.
      'page /privacy',
      // The ticket in the address is the proof.
      'page /ticket/{token}',
      'page /ticket/{token}/event.ics',
    ]);
  });

  for (const one of PAGES.filter(({ access }) => access !== 'public')) {
    const path = filled(one.path);
    const what = `${one.kind} ${one.path}`;
    it(`${what} sends who is not signed in to sign in, and shows a wrong role that it is one`, async () => {
      const stranger = one.kind === 'page' ? await get(path) : await post(path, {});
      expect(stranger.status).to.equal(303);
      expect(stranger.headers.get('location')).to.match(/^\/login/);
      for (const role of ROLES) {
        const headers = await cookie(role);
        const may = one.access === 'any' || (one.access as readonly Role[]).includes(role);
        if (may && one.kind === 'action') continue;
        const answer = one.kind === 'page' ? await get(path, headers) : await post(path, {}, headers);
        if (may) expect(answer.status, role).to.be.oneOf([200, 404]);
        else expect(answer.status, role).to.equal(403);
      }
    });
  }

  for (const one of PAGES.filter(({ kind }) => kind === 'action')) {
    it(`POST ${one.path} does nothing for another site, nor without the session’s own token`, async () => {
      const headers = await cookie('admin');
      const _csrf = await csrfOf(headers);
      const path = filled(one.path);
      const foreign = [
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
      ];
      for (const from of foreign) {
        const answer = await post(path, { _csrf }, { ...headers, ...from });
        expect(answer.status, JSON.stringify(from)).to.equal(403);
        expect(await answer.text()).to.contain('another site');
      }
      if (one.access === 'public') return;
      const others = await csrfOf({ Cookie: `qrflow_session=${await gateway.token('staff')}` });
      for (const token of ['', 'x', others]) {
        const answer = await post(path, { _csrf: token }, headers);
        expect(answer.status, `token "${token}"`).to.equal(403);
        expect(await answer.text()).to.contain('another session');
      }
      expect((await get('/', headers)).status, 'still signed in').to.equal(200);
    });
  }

  it('lets the API be asked with the cookie, to change something only with the session’s token', async () => {
    const headers = await cookie('admin');
    expect((await get('/api/auth/me', headers)).status).to.equal(200);
    const create = (more: Record<string, string>) =>
      fetch(`${gateway.url}/api/events`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json', ...more },
        body: JSON.stringify({ name: 'Fest', date: '2026-12-20' }),
      });
    expect((await create({})).status).to.equal(403);
    const token = await csrfOf(headers);
    expect((await create({ 'X-CSRF-Token': token, Origin: 'https://evil.example' })).status).to.equal(403);
    expect((await create({ 'X-CSRF-Token': token })).status).to.equal(200);
    const both = await get('/api/auth/me', { ...headers, Authorization: 'Bearer nonsense' });
    expect(both.status, 'a token that is sent goes before the cookie').to.equal(401);
  });

  describe('signing in', () => {
    const login = (fields: Record<string, string> = {}) =>
      post('/login', { username: 'admin', password: PASSWORD, ...fields });

    it('gives a cookie that no script reads, and goes where one was going', async () => {
      const answer = await login({ next: '/payments?q=asha' });
      expect(answer.status).to.equal(303);
      expect(answer.headers.get('location')).to.equal('/payments?q=asha');
      expect(answer.headers.getSetCookie()[0]).to.match(
        /^qrflow_session=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
      );
    });

    it('goes nowhere but to pages of ours', async () => {
      for (const next of [
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '/\t/evil.example',
        'evil',
        '/a b',
      ])
        expect((await login({ next })).headers.get('location'), next).to.equal('/');
    });

    it('says what is wrong beside the form, and sends no password back', async () => {
      const wrong = await login({ password: 'not the password' });
      expect(wrong.status).to.equal(401);
      const text = await wrong.text();
      expect(text).to.contain('username or password is wrong').and.to.contain('value="admin"');
      expect(text).not.to.contain('not the password');
      const empty = await login({ username: '' });
      expect(empty.status).to.equal(422);
      expect(await empty.text()).to.contain('type your username');
    });

    it('keeps the cookie to HTTPS and to this host where people reach us by it, and takes no other', async () => {
      const secure = await startTestGateway({ env: { PUBLIC_URL: 'https://tickets.example.edu' } });
      try {
        const answer = await fetch(`${secure.url}/login`, {
          method: 'POST',
          headers: { Origin: 'https://tickets.example.edu' },
          body: new URLSearchParams({ username: 'admin', password: PASSWORD }),
          redirect: 'manual',
        });
        const [given = ''] = answer.headers.getSetCookie();
        expect(given).to.match(/^__Host-qrflow_session=[\w.-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
        const named = given.split(';')[0] ?? '';
        const me = async (Cookie: string) => (await fetch(`${secure.url}/api/auth/me`, { headers: { Cookie } })).status;
        expect(await me(named)).to.equal(200);
        // What another host of the college, or plain HTTP, could have set.
        expect(await me(named.replace('__Host-', ''))).to.equal(401);
      } finally {
        await secure.stop();
      }
    });

    it('ends for good with signing out', async () => {
      const begun = (await login()).headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const headers = { Cookie: begun };
      const out = await post('/logout', { _csrf: await csrfOf(headers) }, headers);
      expect(out.headers.get('location')).to.equal('/login');
      const [gone, said] = out.headers.getSetCookie();
      expect(gone).to.match(/^qrflow_session=; Path=\/; Max-Age=0;/);
      expect((await get('/', headers)).headers.get('location'), 'the token is dead too').to.equal('/login');
      const shown = await get('/login', { Cookie: said?.split(';')[0] ?? '' });
      expect(await shown.text()).to.contain('You are signed out.');
      expect(shown.headers.getSetCookie()[0], 'said once').to.match(/^qrflow_said=; Path=\/; Max-Age=0;/);
      const forged = await get('/login', {
        Cookie: `qrflow_said=${Buffer.from('bad:Call 0900').toString('base64url')}.x`,
      });
      expect(await forged.text()).not.to.contain('Call 0900');
    });
  });

  it('answers what is not there as a page to a browser, as a problem to others', async () => {
    const page = await get('/nowhere');
    expect(page.status).to.equal(404);
    expect(await page.text())
      .to.contain('There is nothing here')
      .and.to.contain(page.headers.get('x-correlation-id'));
    for (const [path, accept] of [
      ['/nowhere', '*/*'],
      ['/api/nowhere', HTML.Accept],
    ] as const) {
      const other = await fetch(gateway.url + path, { headers: { Accept: accept } });
      expect(other.headers.get('content-type'), path).to.contain('problem+json');
    }
    const method = await fetch(`${gateway.url}/login`, { method: 'PUT' });
    expect([method.status, method.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, POST']);
  });

  it('loads and runs nothing but its own files, and stands in no frame', async () => {
    const answer = await get('/login');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.contain("default-src 'none'")
      .and.to.contain("frame-ancestors 'none'")
      .and.not.to.contain('unsafe');
    expect(answer.headers.get('referrer-policy'), 'what people look at is told to no other site').to.equal(
      'same-origin',
    );
    const html = await answer.text();
    expect(html, 'a password manager knows the field').to.match(
      /<input[^>]* name="password"[^>]* type="password"[^>]* autocomplete="current-password"/,
    );
    expect(html, 'nothing inline').not.to.match(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
  });

  it('gives its files for a year under their hash, and says when a kept one is still right', async () => {
    const html = await (await get('/login')).text();
    const path = /href="(\/assets\/[\w-]+\/console\.css)"/.exec(html)?.[1] ?? '';
    const file = await get(path);
    expect(file.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    expect(file.headers.get('content-type')).to.equal('text/css; charset=utf-8');
    const etag = file.headers.get('etag') ?? '';
    // fetch would ask for a fresh one by itself.
    expect((await get(path, { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' })).status).to.equal(304);
    const before = await get('/assets/of-another-release/console.css');
    expect([before.status, before.headers.get('cache-control')]).to.deep.equal([200, 'no-cache']);
    expect((await get('/assets/x/../views/login.hbs')).status).to.equal(404);
    expect((await get('/assets/x/inter-LICENSE.txt')).status).to.equal(404);
  });
});
