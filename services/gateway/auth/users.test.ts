import { expect } from 'chai';
import type { Acting } from '../http/route.ts';
import { club, PEOPLE, user as userDoc } from '../testing/documents.ts';
import { PASSWORD, read, startTestGateway, type TestGateway } from '../testing/start.ts';
import { changeUser } from './users.ts';

describe('users and their clubs', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.token('organizer');
    await gateway.store.clubs.create(club(950));
  });
  after(() => gateway.stop());

  const admin = (method: string, path: string, body?: unknown) =>
    gateway.ask('admin', method, `/api/admin/users${path}`, body);
  let made = 0;
  const newUser = async (role: string, club_id: number | null = null) => {
    const username = `someone${++made}`;
    const { body } = await admin('POST', '', { username, password: PASSWORD, role, club_id });
    return { id: body.id as number, username };
  };
  const login = (username: string) => gateway.ask(null, 'POST', '/api/auth/login', { username, password: PASSWORD });
  const me = async (token: string) =>
    read(await fetch(`${gateway.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } }));

  it('need a club to organize, and one that there is', async () => {
    const make = (more: object) => admin('POST', '', { username: `made${++made}`, password: PASSWORD, ...more });
    const without = await make({ role: 'organizer' });
    expect(without.status).to.equal(422);
    expect(without.body.errors[0].field).to.equal('club_id');
    expect((await make({ role: 'organizer', club_id: 77_777 })).status).to.equal(422);
    expect((await make({ role: 'organizer', club_id: 950 })).body.club).to.deep.equal({ id: 950, name: 'Club 950' });
    const { id } = await newUser('staff');
    expect((await admin('PUT', `/${id}`, { role: 'organizer' })).status).to.equal(422);
    expect((await admin('PUT', `/${id}`, { role: 'organizer', club_id: 950 })).status).to.equal(200);
    expect((await admin('PUT', `/${id}`, { club_id: null })).status).to.equal(422);
  });

  it('are told at /me as they are, the club by its name', async () => {
    const { username } = await newUser('organizer', 950);
    const { body } = await me((await login(username)).body.access_token);
    expect(body).to.include({ username, email: null, full_name: null, role: 'organizer' });
    expect(body.club).to.deep.equal({ id: 950, name: 'Club 950' });
  });

  it('are signed out when they change clubs, and see the new club’s events only', async () => {
    const { id, username } = await newUser('organizer', 950);
    const { access_token } = (await login(username)).body;
    expect((await admin('PUT', `/${id}`, { club_id: PEOPLE.club })).status).to.equal(200);
    expect((await me(access_token)).status).to.equal(401);
    expect((await me((await login(username)).body.access_token)).body.club.id).to.equal(PEOPLE.club);
  });

  it('stay signed in through a change that takes nothing from them', async () => {
    const { id, username } = await newUser('organizer', 950);
    const { access_token } = (await login(username)).body;
    const same = { username, email: 'new@example.edu', role: 'organizer', club_id: 950, disabled: false };
    expect((await admin('PUT', `/${id}`, same)).body).to.include({ email: 'new@example.edu' });
    expect((await me(access_token)).status).to.equal(200);
  });

  it('keep their username', async () => {
    const { id } = await newUser('staff');
    expect((await admin('PUT', `/${id}`, { username: 'another' })).status).to.equal(422);
  });

  it('are disabled by a DELETE, signed out, kept, and enabled again', async () => {
    const { id, username } = await newUser('staff');
    const { access_token } = (await login(username)).body;
    const answer = await admin('DELETE', `/${id}`);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.include({ id, disabled: true });
    expect((await me(access_token)).status).to.equal(401);
    expect((await login(username)).status).to.equal(401);
    expect((await admin('GET', `/${id}`)).body).to.include({ username, disabled: true });
    expect((await admin('POST', `/${id}/enable`)).body).to.include({ id, disabled: false });
    expect((await login(username)).status).to.equal(200);
    expect((await admin('DELETE', '/99999')).status).to.equal(404);
    const { body: logs } = await gateway.ask('admin', 'GET', `/api/admin/logs?subject=user:${id}`);
    expect(logs.map(({ action }: { action: string }) => action)).to.deep.equal([
      'user.changed',
      'user.changed',
      'user.created',
    ]);
  });

  it('never lose their last administrator, also when two take each other’s place at the same moment', async () => {
    expect((await admin('DELETE', '/1')).status, 'oneself').to.equal(409);
    const { users } = gateway.store;
    await users.insertMany(
      [8_001, 8_002].map((_id) =>
        userDoc('staff', { _id, username: `u${_id}`, username_key: `u${_id}`, role: 'admin' }),
      ),
    );
    const two = { _id: { $in: [8_001, 8_002] } };
    const acting = (id: number): Acting => ({
      gateway: { store: gateway.store } as Acting['gateway'],
      user: { id, username: `u${id}`, role: 'admin', club_id: null, session: '' },
      correlationId: 'c',
    });
    try {
      for (let round = 0; round < 20; round++) {
        await users.updateMany(two, { $set: { role: 'admin', disabled: false } });
        await users.updateOne({ _id: 1 }, { $set: { disabled: true } });
        const ends = await Promise.allSettled([
          changeUser(8_002, { disabled: true }, acting(8_001)),
          changeUser(8_001, { role: 'staff' }, acting(8_002)),
        ]);
        const left = await users.countDocuments({ role: 'admin', disabled: false });
        expect(left, ends.map((end) => end.status).join()).to.be.greaterThan(0);
      }
    } finally {
      await users.updateOne({ _id: 1 }, { $set: { disabled: false } });
      await users.updateMany(two, { $set: { disabled: true } });
    }
  });

  it('of earlier versions have no club: they are read so, and changed without being asked for one', async () => {
    const { club_id: _, ...earlier } = userDoc('organizer', {
      _id: 7_001,
      username: 'earlier',
      username_key: 'earlier',
    });
    await gateway.store.users.collection.insertOne(earlier as never);
    expect((await admin('GET', '/7001')).body).to.include({ role: 'organizer', club_id: null, club: null });
    const changed = await admin('PUT', '/7001', { full_name: 'From Earlier', password: PASSWORD });
    expect(changed.body).to.include({ full_name: 'From Earlier', club_id: null });
    const { access_token } = (await login('earlier')).body;
    expect((await me(access_token)).body.club).to.equal(null);
    const events = await fetch(`${gateway.url}/api/events`, { headers: { Authorization: `Bearer ${access_token}` } });
    expect(await events.json()).to.deep.equal([]);
    const made = await fetch(`${gateway.url}/api/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Nobody’s', date: '2026-12-01' }),
    });
    expect(made.status).to.equal(403);
    expect((await admin('PUT', '/7001', { club_id: 950 })).body.club_id).to.equal(950);
  });
});
