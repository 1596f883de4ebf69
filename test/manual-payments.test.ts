/** Payments taken by hand: settled as any other, and nobody else's business. */
import { expect } from 'chai';
import { createLogger } from '../shared/log/index.ts';
import { type Json, startWorld, student, until, type World } from './world.ts';

describe('a payment taken by hand', () => {
  let world: World;
  const warnings: string[] = [];
  before(async function () {
    this.timeout(120_000);
    const heard = { write: (line: string) => void warnings.push(line) };
    world = await startWorld({}, { log: (service) => createLogger(service, 'warn', false, heard) });
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900 });
  });
  after(async () => world?.stop());

  let people = 0;
  const take = (more: object = {}) => {
    people++;
    return world.api('POST', '/api/payments', {
      ...{ event_id: 1, amount: 29_900, customer_name: `Walk-in ${people}`, customer_phone: '9800000001' },
      ...{ customer_email: `walk-in-${people}@example.edu`, details: { roll_number: `W${people}` } },
      ...more,
    });
  };
  const put = (id: string, change: object) => world.api('PUT', `/api/payments/${id}`, change);
  const subjects = (email: string) => world.mails.summaries({ to: email }).map(({ subject }) => subject);
  const mailed = (email: string, subject: string) =>
    until(
      () => subjects(email),
      (found) => found.includes(subject),
      `${subject} to ${email}`,
    );

  it('gives a ticket and its mail, takes it away when refunded, and gives it back', async () => {
    const { status, body } = await take();
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.id).to.match(/^man_\w+$/);
    expect(body).to.include({ razorpay_payment_id: null, status: 'captured', currency: 'INR', first_source: 'desk' });
    expect(body.manual).to.deep.equal({ taken_by: 'admin', confirmed: false });
    expect(body).to.include({ customer_name: `Walk-in ${people}`, customer_phone: '9800000001' });
    await world.settled(body.id, 'ticketed');
    const email = body.customer_email as string;
    await mailed(email, 'Your ticket: Fest');

    const refunded = await put(body.id, { status: 'refunded' });
    expect(refunded.body, JSON.stringify(refunded.body)).to.include({ status: 'refunded', amount_refunded: 29_900 });
    await world.settled(body.id, 'revoked');
    await mailed(email, 'Ticket cancelled: Fest');
    await put(body.id, { status: 'captured' });
    await world.settled(body.id, 'ticketed');
    const { body: shown } = await world.api('GET', `/api/payments/${body.id}`);
    expect(shown.attendee).to.include({ live: true });
    expect(shown.timeline[0]).to.include({ action: 'payment.created', actor: 'admin' });
    expect(shown.timeline.map(({ actor }: Json) => actor)).to.not.include('ingest');
  });

  it('is held like any other', async () => {
    const cheap = await take({ amount: 100 });
    await world.settled(cheap.body.id, 'held:underpaid');
    await put(cheap.body.id, { release: true });
    await world.settled(cheap.body.id, 'ticketed');
    const unknown = await take({ details: {} });
    await world.settled(unknown.body.id, 'held:incomplete_details');
    await put(unknown.body.id, { details: { roll_number: 'W-unknown' } });
    await world.settled(unknown.body.id, 'ticketed');
    const unpaid = await take({ status: 'created' });
    await world.settled(unpaid.body.id, 'awaiting');
  });

  it('is never asked for at Razorpay', async () => {
    const captured = await take();
    const failed = await take({ status: 'failed' });
    const ids = [captured.body.id, failed.body.id];
    await Promise.all([world.settled(ids[0], 'ticketed'), world.settled(ids[1], 'awaiting')]);
    const hour_ago = new Date(Date.now() - 3_600_000);
    await world.store.payments.updateMany(
      { _id: { $in: ids } },
      { $set: { first_seen_at: hour_ago, 'payment.value.created_at': Math.floor(hour_ago.getTime() / 1_000) } },
    );
    await world.razorpay.control('/faults', { error_rate: 1, status: 500, at: { route: '/v1/payments/:id' } });
    const { status, body } = await world.api('POST', '/api/payments/sync');
    await world.razorpay.control('/faults', { error_rate: 0, at: null });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ complete: true, unreadable: 0 });
    await world.settled(ids[0], 'ticketed');
    // A few "lost" ones would hide that a list leaves real ones out.
    expect(
      warnings.filter((line) => line.includes(ids[0])),
      'called lost by a sweep',
    ).to.deep.equal([]);
    expect((await world.store.payments.findById(ids[1]).lean())?.checked_at ?? null, 'looked after').to.equal(null);
  });

  it('has a reference that counts for nothing until Razorpay tells of it, and serves once', async () => {
    const reference = 'pay_ManualRefer001';
    const first = await take({ razorpay_payment_id: reference });
    expect(first.body).to.include({ razorpay_payment_id: reference });
    expect(first.body.manual.confirmed).to.equal(false);
    expect((await take({ razorpay_payment_id: reference })).status).to.equal(409);
    const { id } = await world.pay({ notes: student({ event_id: 1 }) });
    await world.settled(id, 'ticketed');
    expect((await take({ razorpay_payment_id: id })).status, 'told of by Razorpay').to.equal(409);
  });

  it('is the only one whose status people set, and its faults are all named', async () => {
    const { id } = await world.pay({ notes: student({ event_id: 1 }) });
    await world.settled(id, 'ticketed');
    expect((await put(id, { status: 'refunded' })).status).to.equal(409);
    const { status, body } = await take({ event_id: 99, customer_name: '-', customer_email: 'nobody@' });
    expect(status).to.equal(422);
    expect(body.errors.map(({ field }: Json) => field)).to.deep.equal(['event_id', 'customer_name', 'customer_email']);
  });
});
