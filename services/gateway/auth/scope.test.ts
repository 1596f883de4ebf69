import { expect } from 'chai';
import { club, event, PEOPLE, payId, payment } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

const OWN = 1;
const OTHER = 2;
const NOBODYS = 3;

describe('whose events are whose', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    const { clubs, events, payments, counters } = gateway.store;
    await clubs.create(club(950));
    await events.insertMany([
      event(OWN),
      event(OTHER, { club_id: 950, staff: [999] }),
      event(NOBODYS, { club_id: null, staff: [] }),
    ]);
    // As an earlier version wrote it.
    const { club_id: _, staff: __, ...earlier } = event(4);
    await events.collection.insertOne(earlier as never);
    await counters.create({ _id: 'events', n: 4 });
    await payments.insertMany([
      payment(1),
      payment(2, { event_id: OTHER }),
      payment(3, { event_id: null, outcome: { kind: 'held', reason: 'unassigned_event', since: new Date() } }),
    ]);
  });
  after(() => gateway.stop());

  const seen = async (who: 'admin' | 'organizer' | 'staff') => {
    const { body } = await gateway.ask(who, 'GET', '/api/events');
    return body.map(({ id }: { id: number }) => id).filter((id: number) => id <= 4);
  };

  it('shows an admin all, an organizer the own club’s, staff those given to them', async () => {
    expect(await seen('admin')).to.deep.equal([OWN, OTHER, NOBODYS, 4]);
    expect(await seen('organizer')).to.deep.equal([OWN]);
    expect(await seen('staff')).to.deep.equal([OWN]);
  });

  it('answers what one may not see in the words of what is not there', async () => {
    for (const who of ['organizer', 'staff'] as const) {
      const hidden = await gateway.ask(who, 'GET', `/api/events/${OTHER}`);
      const absent = await gateway.ask(who, 'GET', '/api/events/77');
      expect([hidden.status, absent.status]).to.deep.equal([404, 404]);
      expect(hidden.body.detail.replace(`${OTHER}`, 'N')).to.equal(absent.body.detail.replace('77', 'N'));
    }
    const hidden = await gateway.ask('organizer', 'GET', `/api/payments/${payId(2)}`);
    const absent = await gateway.ask('organizer', 'GET', `/api/payments/${payId(9)}`);
    expect([hidden.status, absent.status]).to.deep.equal([404, 404]);
    expect(hidden.body.detail.replace(payId(2), 'N')).to.equal(absent.body.detail.replace(payId(9), 'N'));
  });

  it('lets nobody carry a payment into another club’s event, or an event into another club', async () => {
    const put = (path: string, body: object) => gateway.ask('organizer', 'PUT', path, body);
    expect((await put(`/api/payments/${payId(1)}`, { event_id: OTHER })).status).to.equal(422);
    expect((await put(`/api/payments/${payId(1)}`, { event_id: 77 })).status).to.equal(422);
    expect((await put(`/api/events/${OWN}`, { club_id: 950 })).status).to.equal(403);
    expect((await put(`/api/events/${OWN}`, { club_id: null })).status).to.equal(403);
    expect((await put(`/api/events/${OWN}`, { club_id: PEOPLE.club, venue: 'Hall' })).status).to.equal(200);
    const made = await gateway.ask('organizer', 'POST', '/api/events', {
      name: 'Theirs',
      date: '2026-12-01',
      club_id: 950,
    });
    expect(made.status).to.equal(403);
  });

  it('gives an organizer’s event to the own club, and an admin’s to whichever there is', async () => {
    const make = (who: 'admin' | 'organizer', more: object) =>
      gateway.ask(who, 'POST', '/api/events', { name: 'New', date: '2026-12-01', ...more });
    expect((await make('organizer', {})).body.club).to.deep.equal({ id: PEOPLE.club, name: `Club ${PEOPLE.club}` });
    expect((await make('admin', {})).body.club).to.equal(null);
    expect((await make('admin', { club_id: 950 })).body.club).to.deep.equal({ id: 950, name: 'Club 950' });
    expect((await make('admin', { club_id: 951 })).status).to.equal(422);
  });
});
