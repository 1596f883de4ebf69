import { expect } from 'chai';
import { until } from '../../../test/until.ts';
import { attendee, event, PEOPLE, payId, payment, user } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

describe('an event’s staff', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.token('staff');
    await gateway.store.users.insertMany(
      [
        { _id: 911, club_id: PEOPLE.club },
        { _id: 912, club_id: 950 },
        { _id: 913, club_id: PEOPLE.club, role: 'organizer' as const },
      ].map((one) => user('staff', { ...one, username: `u${one._id}`, username_key: `u${one._id}` })),
    );
  });
  after(() => gateway.stop());
  beforeEach(async () => {
    await gateway.store.events.deleteMany({});
    await gateway.store.events.create(event(1, { staff: [] }));
  });

  const put = (who: 'admin' | 'organizer', ids: unknown) => gateway.ask(who, 'PUT', '/api/events/1/staff', ids);
  const ids = (people: { id: number }[]) => people.map(({ id }) => id);

  it('is set by a list of ids, and sees the event from then on, and no longer once it is off the list', async () => {
    expect((await gateway.ask('staff', 'GET', '/api/events/1')).status).to.equal(404);
    const { status, body } = await put('admin', [PEOPLE.staff, 912, 912]);
    expect(status).to.equal(200);
    expect(ids(body)).to.deep.equal([PEOPLE.staff, 912]);
    expect(body[0]).to.deep.equal({
      id: PEOPLE.staff,
      username: 'the-staff',
      full_name: null,
      role: 'staff',
      disabled: false,
    });
    expect((await gateway.ask('staff', 'GET', '/api/events/1')).status).to.equal(200);
    expect(ids((await gateway.ask('organizer', 'GET', '/api/events/1/staff')).body)).to.deep.equal([PEOPLE.staff, 912]);
    expect((await put('admin', [])).body).to.deep.equal([]);
    expect((await gateway.ask('staff', 'GET', '/api/events/1')).status).to.equal(404);
  });

  it('is of the role staff; an organizer adds people of the own club, and may keep who is there', async () => {
    for (const [who, wrong] of [
      ['admin', [913]],
      ['admin', [77_777]],
      ['organizer', [912]],
      ['organizer', [PEOPLE.staff]],
    ] as const) {
      const { status, body } = await put(who, [911, ...wrong]);
      expect(status, `${who} ${wrong}`).to.equal(422);
      expect(body.errors).to.have.length(1);
      expect(body.errors[0].field).to.equal('1');
    }
    expect((await put('admin', [912])).status).to.equal(200);
    expect(ids((await put('organizer', [911, 912])).body)).to.deep.equal([911, 912]);
    for (const wrong of [{}, ['911'], [0], [1.5], [null]]) expect((await put('admin', wrong)).status).to.equal(400);
  });

  it('is not lost to a change of the event that is made at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        put('admin', round % 2 ? [911] : [912]),
        ...[1, 2, 3].map((n) => gateway.ask('admin', 'PUT', '/api/events/1', { venue: `Hall ${round} ${n}` })),
      ]);
      expect(ids((await gateway.ask('admin', 'GET', '/api/events/1/staff')).body)).to.deep.equal(
        round % 2 ? [911] : [912],
      );
    }
  });

  it('stands in the trail by ids', async () => {
    await put('organizer', [911]);
    const { body } = await gateway.ask('admin', 'GET', '/api/admin/logs?action=event.staffed&limit=1');
    expect(body[0]).to.deep.include({ actor: 'the-organizer', event_id: 1, facts: { staff: [911] } });
  });

  it('of an event from an earlier version is nobody', async () => {
    const { staff: _, club_id: __, ...earlier } = event(2);
    await gateway.store.events.collection.insertOne(earlier as never);
    expect((await gateway.ask('admin', 'GET', '/api/events/2/staff')).body).to.deep.equal([]);
    const changed = await gateway.ask('admin', 'PUT', '/api/events/2', { club_id: null, venue: 'Hall' });
    expect(changed.body).to.include({ venue: 'Hall', club: null });
    const { body } = await gateway.ask('admin', 'GET', '/api/admin/logs?subject=event:2&limit=1');
    expect(body[0].facts).to.deep.equal({ fields: ['venue'] });
    expect((await gateway.ask('admin', 'PUT', '/api/events/2/staff', [911])).status).to.equal(200);
  });
});

describe('deleting an event', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  let made = 0;
  const newEvent = async (more: Parameters<typeof event>[1] = {}) => {
    const id = ++made;
    await gateway.store.events.create(event(id, more));
    return id;
  };
  const remove = (id: number) => gateway.ask('organizer', 'DELETE', `/api/events/${id}`);

  it('that nothing happened to leaves the trail', async () => {
    const id = await newEvent();
    expect((await remove(id)).body).to.deep.equal({ message: `event ${id} is deleted` });
    expect((await remove(id)).status).to.equal(404);
    expect((await gateway.ask('admin', 'GET', `/api/events/${id}`)).status).to.equal(404);
    const { body } = await gateway.ask('admin', 'GET', `/api/admin/logs?subject=event:${id}`);
    expect(body[0]).to.deep.include({ action: 'event.deleted', actor: 'the-organizer', event_id: id });
  });

  it('with payments or attendees is refused, says how many and what to do, and changes nothing', async () => {
    const { payments, attendees, events } = gateway.store;
    const cases = {
      'a payment': (id: number) => payments.create(payment(id, { event_id: id })),
      'a payment that a person just assigned': (id: number) =>
        payments.create(payment(id, { event_id: null, pending: true, overrides: { event_id: id } })),
      'an attendee whose ticket was taken': (id: number) =>
        attendees.create(attendee(id, { event_id: id, live: false })),
    };
    for (const [what, put] of Object.entries(cases)) {
      const id = await newEvent({ status: 'closed', closed_at: new Date() });
      const before = await events.findById(id).lean();
      await put(id);
      const { status, body } = await remove(id);
      expect(status, what).to.equal(409);
      expect(body.payments + body.attendees, what).to.equal(1);
      expect(body.detail).to.contain('cancel it instead');
      expect(await events.findById(id).lean(), what).to.deep.equal(before);
    }
  });

  it('that is paid for at that very moment brings it back', async () => {
    const { events, payments } = gateway.store;
    const id = await newEvent({ venue: 'Hall' });
    const before = await events.findById(id).lean();
    const deleteOne = events.deleteOne.bind(events);
    // The moment after it is gone.
    events.deleteOne = ((...args: Parameters<typeof deleteOne>) =>
      deleteOne(...args).then(async (done) => {
        await payments.create(payment(id, { event_id: id }));
        return done;
      })) as never;
    try {
      expect((await remove(id)).status).to.equal(409);
    } finally {
      events.deleteOne = deleteOne as never;
    }
    expect(await events.findById(id).lean()).to.deep.equal(before);
  });

  it('waits for what is being settled at that moment, and is refused if that was for it', async () => {
    const { events, payments } = gateway.store;
    const settling = { token: 'a claim', until: new Date(Date.now() + 45_000) };
    for (const ours of [true, false]) {
      const id = await newEvent();
      const before = await events.findById(id).lean();
      await payments.create(payment(id, { event_id: null, pending: true, settling }));
      const removing = remove(id);
      const meanwhile = await until(
        () => events.findById(id).lean(),
        (event) => event?.status === 'cancelled',
      );
      // Whoever read it as it was, to change something else, does not open it again.
      expect(meanwhile?.updated_at).to.be.above(before?.updated_at as Date);
      const settled = { pending: false, settling: null, event_id: ours ? id : null };
      await payments.updateOne({ _id: payId(id) }, { $set: settled });
      expect((await removing).status).to.equal(ours ? 409 : 200);
      const after = await events.findById(id).lean();
      expect(after).to.deep.equal(ours ? { ...before, updated_at: after?.updated_at } : null);
      if (ours) expect(after?.updated_at, 'nor is it left cancelled').to.be.above(meanwhile?.updated_at as Date);
    }
  });

  it('is for its own club', async () => {
    const id = await newEvent({ club_id: 950 });
    expect((await remove(id)).status).to.equal(404);
    expect((await gateway.ask('staff', 'DELETE', `/api/events/${id}`)).status).to.equal(403);
    expect((await gateway.ask('admin', 'DELETE', `/api/events/${id}`)).status).to.equal(200);
  });
});
