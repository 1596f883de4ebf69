import { expect } from 'chai';
import { event, PEOPLE } from '../testing/documents.ts';
import { PASSWORD, read, startTestGateway, type TestGateway } from '../testing/start.ts';

type Named = { id: number; name: string; username: string };

describe('clubs', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const admin = (method: string, path: string, body?: unknown) =>
    gateway.ask('admin', method, `/api/admin/clubs${path}`, body);
  let made = 0;
  const newClub = async (more: object = {}) => (await admin('POST', '', { name: `Club no. ${++made}`, ...more })).body;
  const newUser = async (role: string, club_id: number | null) => {
    const username = `person${++made}`;
    const { body } = await gateway.ask('admin', 'POST', '/api/admin/users', {
      username,
      password: PASSWORD,
      role,
      club_id,
    });
    return body as Named;
  };
  const login = async (username: string) =>
    gateway.ask(null, 'POST', '/api/auth/login', { username, password: PASSWORD });
  const as = async (token: string, path: string) =>
    read(await fetch(gateway.url + path, { headers: { Authorization: `Bearer ${token}` } }));

  it('are made with a name alone, read, listed and changed', async () => {
    const { status, body } = await admin('POST', '', { name: 'Music Club' });
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      name: 'Music Club',
      description: null,
      email: null,
      phone: null,
      active: true,
      total_members: 0,
      total_events: 0,
      created_by: 'admin',
    });
    const changed = await admin('PUT', `/${body.id}`, { email: 'music@example.edu', phone: '+91 98000 00003' });
    expect(changed.body).to.include({ name: 'Music Club', email: 'music@example.edu', phone: '+91 98000 00003' });
    expect((await admin('PUT', `/${body.id}`, { phone: null })).body.phone).to.equal(null);
    expect((await admin('GET', `/${body.id}`)).body).to.include({ email: 'music@example.edu', phone: null });
    expect((await admin('GET', '')).body.map((one: Named) => one.id)).to.include(body.id);
    expect((await admin('GET', '/99999')).status).to.equal(404);
    for (const wrong of [{ name: ' ' }, { email: 'nobody' }, { phone: 'call me' }, { colour: 'red' }, {}])
      expect((await admin('PUT', `/${body.id}`, wrong)).status, JSON.stringify(wrong)).to.equal(400);
  });

  it('have a name of their own, however it is typed', async () => {
    await admin('POST', '', { name: 'Chess Club' });
    const again = await admin('POST', '', { name: 'chess  CLUB' });
    expect(again.status).to.equal(409);
    expect(again.body.errors[0].field).to.equal('name');
    const other = await newClub();
    expect((await admin('PUT', `/${other.id}`, { name: 'Chess club' })).status).to.equal(409);
  });

  it('get ids also where the counter is behind, as after a restore', async () => {
    await newClub();
    await gateway.store.counters.updateOne({ _id: 'clubs' }, { $set: { n: 0 } });
    expect((await admin('POST', '', { name: 'Late Club' })).status).to.equal(200);
  });

  it('count their people and events, and list the people', async () => {
    const club = await newClub();
    const people = [await newUser('organizer', club.id), await newUser('staff', club.id)];
    await newUser('staff', null);
    await gateway.store.events.create(event(5_000 + club.id, { club_id: club.id }));
    expect((await admin('GET', `/${club.id}`)).body).to.include({ total_members: 2, total_events: 1 });
    const users = await admin('GET', `/${club.id}/users`);
    expect(users.body.map((one: Named) => one.id)).to.deep.equal(people.map((one) => one.id));
    expect(users.body[0].club).to.deep.equal({ id: club.id, name: club.name });
    expect((await admin('GET', '/99999/users')).status).to.equal(404);
  });

  it('that are disabled let their people in no more until they are enabled, admins excepted', async () => {
    const club = await newClub();
    const people = await Promise.all(['organizer', 'staff', 'admin'].map((role) => newUser(role, club.id)));
    const tokens = await Promise.all(people.map(async ({ username }) => (await login(username)).body.access_token));
    const me = async () =>
      (await Promise.all(tokens.map((token) => as(token, '/api/auth/me')))).map((one) => one.status);
    const signIn = async () => (await Promise.all(people.map((one) => login(one.username)))).map((one) => one.status);
    expect(await me()).to.deep.equal([200, 200, 200]);
    const disabled = await admin('DELETE', `/${club.id}`);
    expect(disabled.body).to.include({ id: club.id, active: false });
    expect(await me()).to.deep.equal([401, 401, 200]);
    expect(await signIn()).to.deep.equal([401, 401, 200]);
    expect((await admin('GET', `/${club.id}`)).body.active).to.equal(false);
    expect((await admin('POST', `/${club.id}/enable`)).body.active).to.equal(true);
    expect(await signIn()).to.deep.equal([200, 200, 200]);
  });

  it('leave in their trail what was done to them, about their events and by their people, and nothing of others', async () => {
    const [club, other] = [await newClub(), await newClub()];
    const organizer = await newUser('organizer', club.id);
    const { access_token: token } = (await login(organizer.username)).body;
    await fetch(`${gateway.url}/api/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Recital', date: '2026-12-01' }),
    });
    await admin('PUT', `/${club.id}`, { description: 'Not for the trail' });
    await admin('PUT', `/${other.id}`, { description: 'Another' });
    const { status, body } = await admin('GET', `/${club.id}/logs`);
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.map(({ action }: { action: string }) => action)).to.deep.equal([
      'club.changed',
      'event.created',
      'login.succeeded',
      'club.created',
    ]);
    expect(body[0].facts).to.deep.equal({ fields: ['description'] });
    expect(JSON.stringify(body)).not.to.contain('Not for the trail');
    expect((await admin('GET', '/99999/logs')).status).to.equal(404);
    const first = await admin('GET', `/${club.id}/logs?limit=1`);
    const next = /<(.+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect((await gateway.ask('admin', 'GET', next)).body[0].action).to.equal('event.created');
  });

  it('show an organizer the own one, its people and events; an admin none, but all people and events', async () => {
    const other = await newClub();
    const foreign = await newUser('staff', other.id);
    await gateway.store.events.insertMany([event(8_001), event(8_002, { club_id: other.id })]);
    const get = async (who: 'admin' | 'organizer', what: string) =>
      (await gateway.ask(who, 'GET', `/api/club/${what}`)).body;
    const ids = (rows: Named[]) => rows.map((one) => one.id);
    expect(await get('organizer', 'info')).to.include({ id: PEOPLE.club, name: `Club ${PEOPLE.club}`, active: true });
    expect(ids(await get('organizer', 'members'))).to.deep.equal([PEOPLE.organizer]);
    expect(ids(await get('organizer', 'events'))).to.deep.equal([8_001]);
    expect(new Set(Object.values(await get('admin', 'info')))).to.deep.equal(new Set([null]));
    expect(ids(await get('admin', 'members'))).to.include.members([1, PEOPLE.organizer, foreign.id]);
    expect(ids(await get('admin', 'events'))).to.include.members([8_001, 8_002]);
    for (const what of ['info', 'members', 'events'])
      expect((await gateway.ask('staff', 'GET', `/api/club/${what}`)).status).to.equal(403);
  });
});
