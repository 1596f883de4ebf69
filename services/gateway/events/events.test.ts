import { expect } from 'chai';
import { MOMENT } from '../../../test/patience.ts';
import { attendee } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

describe('the first event', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  it('is event 1, and needs a name and a date only', async () => {
    const { status, body } = await gateway.ask('organizer', 'POST', '/api/events', {
      name: 'Freshers’ Night',
      date: '2026-11-21T18:00',
    });
    expect(status).to.equal(200);
    expect(body).to.include({
      id: 1,
      name: 'Freshers’ Night',
      date: '2026-11-21T12:30:00.000Z',
      timezone: 'Asia/Kolkata',
      currency: 'INR',
      status: 'open',
      price: null,
      capacity: null,
      total_attendees: 0,
      checked_in_count: 0,
      created_by: 'the-organizer',
    });
    expect(body.prices).to.deep.equal([]);
    expect((await gateway.ask('admin', 'GET', '/api/events/1')).body).to.deep.equal(body);
  });
});

describe('events', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const make = (fields: object) => gateway.ask('organizer', 'POST', '/api/events', fields);
  const change = (id: number, fields: object) => gateway.ask('organizer', 'PUT', `/api/events/${id}`, fields);

  it('take every field, and null clears one', async () => {
    const fields = {
      name: 'Full',
      description: 'All of it',
      date: '2026-12-01T10:00:00+05:30',
      venue: 'Main auditorium',
      slug: 'Full-House',
      ends_at: '2026-12-01T14:00',
      doors_open_at: '2026-12-01T09:00',
      doors_close_at: '2026-12-01T13:00',
      closes_at: '2026-11-30T23:59:59',
      timezone: 'Europe/Berlin',
      price: 29_900,
      currency: 'eur',
      capacity: 800,
      razorpay_qr_id: 'qr_AAAAAAAAAAAAAA',
      status: 'open',
    };
    const { body } = await make(fields);
    expect(body).to.include({
      slug: 'full-house',
      currency: 'EUR',
      date: '2026-12-01T04:30:00.000Z',
      doors_open_at: '2026-12-01T08:00:00.000Z',
      closes_at: '2026-11-30T22:59:59.000Z',
      price: 29_900,
      razorpay_qr_id: 'qr_AAAAAAAAAAAAAA',
    });
    const cleared = await change(body.id, {
      description: null,
      venue: '',
      slug: null,
      ends_at: null,
      doors_open_at: null,
      doors_close_at: null,
      closes_at: null,
      capacity: null,
      razorpay_qr_id: null,
    });
    expect(cleared.status).to.equal(200);
    for (const field of [
      'description',
      'venue',
      'slug',
      'ends_at',
      'doors_open_at',
      'closes_at',
      'capacity',
      'razorpay_qr_id',
    ])
      expect(cleared.body[field], field).to.equal(null);
    expect(cleared.body).to.include({ name: 'Full', price: 29_900 });
    expect((await change(body.id, { name: null })).status).to.equal(400);
    expect((await change(body.id, {})).status).to.equal(400);
  });

  it('keep every price with the time from which it counts, the first from the beginning', async () => {
    const { body } = await make({ name: 'Priced', date: '2026-12-01', price: 10_000 });
    expect(body.prices).to.deep.equal([{ amount: 10_000, from: body.created_at }]);
    const before = Date.now();
    const raised = await change(body.id, { price: 15_000 });
    expect(raised.body.price).to.equal(15_000);
    expect(raised.body.prices.map((price: { amount: number }) => price.amount)).to.deep.equal([10_000, 15_000]);
    expect(Date.parse(raised.body.prices[1].from)).to.be.within(before, Date.now());
    const same = await change(body.id, { price: 15_000 });
    expect(same.body.prices).to.deep.equal(raised.body.prices);
    const free = await change(body.id, { price: null });
    expect(free.body.price).to.equal(null);
    expect(free.body.prices).to.have.length(3);
  });

  it('lose no change when several are made at once', async () => {
    const { body } = await make({ name: 'Busy', date: '2026-12-01', price: 1 });
    const answers = await Promise.all([
      ...[2, 3, 4].map((price) => change(body.id, { price })),
      change(body.id, { venue: 'Hall 2' }),
      change(body.id, { capacity: 5 }),
    ]);
    expect(answers.map((answer) => answer.status)).to.deep.equal([200, 200, 200, 200, 200]);
    const { body: now } = await gateway.ask('admin', 'GET', `/api/events/${body.id}`);
    expect(now).to.include({ venue: 'Hall 2', capacity: 5 });
    expect(now.prices.map((price: { amount: number }) => price.amount)).to.have.members([1, 2, 3, 4]);
  });

  it('remember when they were closed, and forget it when opened again', async () => {
    const { body } = await make({ name: 'Closing', date: '2026-12-01' });
    const closed = await change(body.id, { status: 'closed' });
    expect(Date.parse(closed.body.closed_at)).to.be.closeTo(Date.now(), MOMENT * 1_000);
    expect((await change(body.id, { status: 'closed' })).body.closed_at).to.equal(closed.body.closed_at);
    expect((await change(body.id, { status: 'open' })).body.closed_at).to.equal(null);
  });

  it('own their slug and their QR code', async () => {
    await make({ name: 'One', date: '2026-12-01', slug: 'taken', razorpay_qr_id: 'qr_BBBBBBBBBBBBBB' });
    const slug = await make({ name: 'Two', date: '2026-12-01', slug: 'taken' });
    expect(slug.status).to.equal(409);
    expect(slug.body.errors[0].field).to.equal('slug');
    const { body } = await make({ name: 'Three', date: '2026-12-01' });
    const qr = await change(body.id, { razorpay_qr_id: 'qr_BBBBBBBBBBBBBB' });
    expect(qr.status).to.equal(409);
    expect(qr.body.errors[0].field).to.equal('razorpay_qr_id');
    expect((await make({ name: 'Four', date: '2026-12-01', slug: '12' })).status, 'a slug that is a number').to.equal(
      400,
    );
  });

  it('refuse times that do not go together', async () => {
    const answer = await make({
      name: 'Backwards',
      date: '2026-12-01T10:00',
      ends_at: '2026-12-01T09:00',
      doors_open_at: '2026-12-01T09:00',
      doors_close_at: '2026-12-01T08:00',
    });
    expect(answer.status).to.equal(422);
    expect(answer.body.errors.map(({ field }: { field: string }) => field)).to.have.members([
      'ends_at',
      'doors_close_at',
    ]);
  });

  it('count their live attendees and who is in', async () => {
    const { body } = await make({ name: 'Counted', date: '2026-12-01' });
    await gateway.store.attendees.insertMany([
      attendee(101, { event_id: body.id }),
      attendee(102, { event_id: body.id, checked_in_at: new Date() }),
      attendee(103, { event_id: body.id, live: false, checked_in_at: new Date() }),
    ]);
    const counted = await gateway.ask('organizer', 'GET', `/api/events/${body.id}`);
    expect(counted.body).to.include({ total_attendees: 2, checked_in_count: 1 });
  });

  it('leave their making and changes in the trail, with field names and no values', async () => {
    const { body } = await make({ name: 'Trailed', date: '2026-12-01' });
    await change(body.id, { venue: 'A secret place', name: 'Trailed' });
    const { body: logs } = await gateway.ask('admin', 'GET', `/api/admin/logs?subject=event:${body.id}`);
    expect(logs.map((entry: { action: string }) => entry.action)).to.deep.equal(['event.changed', 'event.created']);
    expect(logs[0]).to.deep.include({ actor: 'the-organizer', facts: { fields: ['venue'] }, event_id: body.id });
    expect(JSON.stringify(logs)).not.to.contain('secret');
  });
});
