/** Capacity under competition (P1): as many tickets as seats, and freed seats go to who has waited longest. */
import { expect } from 'chai';
import { startWorld, student, until, type World } from '../world.ts';
import { moreTicketing, type TicketingReplica, total } from './more-replicas.ts';

const SEATS = 20;
const PAYMENTS = 200;

describe('the last seats of an event', () => {
  let world: World;
  const others: TicketingReplica[] = [];
  before(async function () {
    this.timeout(120_000);
    // Held payments are looked at again on hints only, so that the tests see who the hint lets in.
    world = await startWorld({ RECOVERY_INTERVAL: '1h' });
    others.push(await moreTicketing(world));
  });
  after(async () => {
    await Promise.all(others.map((one) => one.stop()));
    await world?.stop();
  });

  const makeEvent = async (fields: Record<string, unknown>) =>
    (await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900, ...fields }))
      .body as { id: number };
  const paidAgo = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds;
  const pay = async (event: { id: number }, secondsAgo: number) =>
    (await world.pay({ notes: student({ event_id: event.id }), created_at: paidAgo(secondsAgo) })).id as string;
  const refund = (id: string) => world.razorpay.control(`/payments/${id}/refund`, {});
  const seatsOf = async (event: { id: number }) =>
    (await world.store.attendees.find({ event_id: event.id, live: true }).sort({ seat: 1 }).lean()).map(
      ({ seat, payment_id }) => ({ seat, payment_id }),
    );
  /** Settled payments, oldest first. */
  const outcomes = async (event: { id: number }, count: number) =>
    until(
      async () =>
        (
          await world.store.payments
            .find({ event_id: event.id }, { pending: 1, outcome: 1 })
            .sort({ 'payment.value.created_at': 1, _id: 1 })
            .lean()
        ).map(({ _id, pending, outcome }) => ({
          id: _id,
          is: pending ? 'pending' : (outcome?.reason ?? outcome?.kind),
        })),
      (all) =>
        all.length === count && all.every(({ is }) => is === 'ticketed' || is === 'event_full' || is === 'revoked'),
      'every payment settled',
      // Two hundred are a minute's work and more for a loaded machine, which asking all the time would load further.
      240_000,
      1_000,
    );
  const ids = (all: { id: string; is: unknown }[], is: string) =>
    all.filter((one) => one.is === is).map(({ id }) => id);

  it('go to exactly as many as there are, of all who pay at once; freed ones to who paid first', async () => {
    const event = await makeEvent({ capacity: SEATS });
    await Promise.all(Array.from({ length: PAYMENTS }, (_, nth) => pay(event, 5_000 - nth)));
    const all = await outcomes(event, PAYMENTS);
    const [ticketed, held] = [ids(all, 'ticketed'), ids(all, 'event_full')];
    expect([ticketed.length, held.length]).to.deep.equal([SEATS, PAYMENTS - SEATS]);
    const seats = await seatsOf(event);
    expect(seats.map(({ seat }) => seat)).to.deep.equal(Array.from({ length: SEATS }, (_, nth) => nth + 1));
    expect(seats.map(({ payment_id }) => payment_id)).to.have.members(ticketed);

    await Promise.all(ticketed.slice(5, 8).map(refund));
    for (const id of held.slice(0, 3)) await world.settled(id, 'ticketed');
    const then = await outcomes(event, PAYMENTS);
    expect(ids(then, 'event_full')).to.deep.equal(held.slice(3));
    expect(await seatsOf(event)).to.have.length(SEATS);
    const mailed = await until(
      () => world.store.mails.countDocuments({ event_id: event.id, kind: 'ticket', state: 'sent' }),
      (sent) => sent === SEATS + 3,
      'all mailed',
      60_000,
    );
    expect(mailed).to.equal(SEATS + 3);
  }).timeout(500_000);

  it('go to who waits, not to a newcomer who pays in the moment one comes free', async () => {
    const event = await makeEvent({ capacity: 2 });
    const first = [await pay(event, 900), await pay(event, 800)];
    for (const id of first) await world.settled(id, 'ticketed');
    const waiting = await pay(event, 700);
    await world.settled(waiting, 'held:event_full');
    // A replica at work that has not seen this event yet, and the highest seat let go: it looks like an event never full.
    const fresh = await moreTicketing(world);
    others.push(fresh);
    const elsewhere = await makeEvent({});
    await until(
      async () => {
        await pay(elsewhere, 1);
        return total([fresh.parts], 'qrflow_payments_settled_total');
      },
      (settled) => settled > 0,
      'the fresh replica at work',
    );
    const highest = (await seatsOf(event)).at(-1)?.payment_id as string;
    // First its outcome and mail, or recovery would settle it again and give the ticket back: nobody refunded it.
    await world.store.payments.updateOne({ _id: highest }, { $set: { 'outcome.kind': 'revoked' } });
    await world.store.mails.deleteMany({ payment_id: highest });
    await world.store.attendees.updateOne({ payment_id: highest }, { $set: { live: false } });
    const newcomers = await Promise.all([1, 2, 3, 4, 5, 6].map((nth) => pay(event, nth)));
    for (const id of newcomers) await world.settled(id, 'held:event_full');
    await world.api('PUT', `/api/events/${event.id}`, { venue: 'Main Hall' });
    await world.settled(waiting, 'ticketed');
    expect(await seatsOf(event)).to.have.length(2);
  }).timeout(180_000);

  it('are one more only for whom a person lets in, and not even then while a seat is free', async () => {
    const event = await makeEvent({ capacity: 2 });
    for (const ago of [900, 800]) await world.settled(await pay(event, ago), 'ticketed');
    const [older, younger] = [await pay(event, 700), await pay(event, 600)] as const;
    for (const id of [older, younger]) await world.settled(id, 'held:event_full');
    await world.api('PUT', `/api/payments/${younger}`, { release: true });
    await world.settled(younger, 'ticketed');
    expect((await seatsOf(event)).map(({ seat }) => seat)).to.deep.equal([1, 2, 3]);
    // Back to capacity: nobody gets in by this.
    await refund((await seatsOf(event))[0]?.payment_id as string);
    await until(
      () => seatsOf(event),
      (seats) => seats.length === 2,
    );
    await world.settled(older, 'held:event_full');
    await refund((await seatsOf(event))[0]?.payment_id as string);
    await world.settled(older, 'ticketed');
    expect((await seatsOf(event)).map(({ payment_id }) => payment_id)).to.have.members([older, younger]);
  }).timeout(180_000);

  it('count a student’s further ticket as theirs when the first was refunded: a third payment is a duplicate', async () => {
    const event = await makeEvent({ capacity: 9 });
    const notes = student({ event_id: event.id });
    const again = async () => (await world.pay({ notes })).id as string;
    const first = await again();
    await world.settled(first, 'ticketed');
    const second = await again();
    await world.settled(second, 'held:duplicate_payment');
    await world.api('PUT', `/api/payments/${second}`, { release: true });
    await world.settled(second, 'ticketed');
    await refund(first);
    await world.settled(first, 'revoked');
    await world.settled(await again(), 'held:duplicate_payment');
    expect(await seatsOf(event)).to.have.length(1);
  }).timeout(180_000);
});
