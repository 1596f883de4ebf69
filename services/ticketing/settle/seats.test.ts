/** Capacity is exact, seats that come free are taken again, and nobody overtakes who waits. */
import { expect } from 'chai';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, PAID_AT, paymentDoc } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { seatsOf } from './seats.ts';

const wish = { paymentId: 'pay_AAAAAAAAAAAAAA', paidAt: PAID_AT, beyondCapacity: false };
const sitting = (seats: number[], change: Partial<AttendeeDoc> = {}): AttendeeDoc[] =>
  seats.map((seat) =>
    attendeeDoc({
      _id: 100 * (change.event_id ?? 1) + seat + (change.live === false ? 50 : 0),
      payment_id: `pay_${String(change.event_id ?? 1)}${change.live === false ? 'x' : 'y'}${String(seat).padStart(12, '0')}`,
      seat,
      student_key: null,
      ticket: { ...attendeeDoc().ticket, id: `${change.event_id ?? 1}.${seat}.${change.live ?? true}` },
      ...change,
    }),
  );
const waiting = (id: string, created_at: number, change: Partial<PaymentDoc> = {}) =>
  paymentDoc(
    { id, created_at },
    { pending: false, event_id: 1, outcome: { kind: 'held', reason: 'event_full', since: new Date() }, ...change },
  );

/** As an organiser's edit leaves it. */
const edited = (event: EventDoc, capacity: number): EventDoc => ({
  ...event,
  capacity,
  updated_at: new Date(event.updated_at.getTime() + 1),
});

describe('the seat for a payment', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const ask = async (capacity: number | null, attendees: AttendeeDoc[], change: Partial<typeof wish> = {}) => {
    await desk.lay({ attendees });
    return seatsOf(desk.store).candidate(eventDoc({ capacity }), { ...wish, ...change });
  };

  it('is the one after the highest of those who have one at this event', async () => {
    expect(await ask(null, [])).to.equal(1);
    expect(await ask(10, sitting([1, 4]))).to.equal(5);
    expect(
      await ask(10, [...sitting([1]), ...sitting([9], { live: false }), ...sitting([7], { event_id: 2 })]),
    ).to.equal(2);
  });

  it('is another for everybody who asks, also at once', async () => {
    await desk.lay({ attendees: sitting([3]) });
    const seats = seatsOf(desk.store);
    const found = await Promise.all(Array.from({ length: 5 }, () => seats.candidate(eventDoc({ capacity: 50 }), wish)));
    expect([...found].sort()).to.deep.equal([4, 5, 6, 7, 8]);
    expect(await seats.candidate(eventDoc({ capacity: 50 }), wish)).to.equal(9);
    expect(await seats.candidate(eventDoc({ _id: 2, capacity: 50 }), wish)).to.equal(1);
  });

  it('is looked up again once what was remembered turned out wrong', async () => {
    await desk.lay({ attendees: sitting([3]) });
    const seats = seatsOf(desk.store);
    expect(await seats.candidate(eventDoc(), wish)).to.equal(4);
    await desk.lay({ attendees: sitting([3, 8]) });
    expect(await seats.candidate(eventDoc(), wish)).to.equal(5);
    seats.forget(1);
    expect(await seats.candidate(eventDoc(), wish)).to.be.above(8);
  });

  it('is never one that another replica tries, while there are enough', async () => {
    for (const capacity of [null, 1_000, 40]) {
      await desk.lay({ attendees: sitting([3]) });
      const replicas = [1, 2, 3].map(() => seatsOf(desk.store));
      const found = await Promise.all(
        Array.from({ length: 30 }, (_, nth) => replicas[nth % 3]?.candidate(eventDoc({ capacity }), wish)),
      );
      expect(new Set(found), `of ${capacity}`).to.have.property('size', 30);
      expect(found, `of ${capacity}`).to.not.include.members([null]);
      expect(Math.min(...(found as number[]))).to.equal(4);
    }
  });

  it('is found also among those that a replica took to try and never tried', async () => {
    await desk.lay({});
    const gone = await seatsOf(desk.store).candidate(eventDoc({ capacity: 40 }), wish);
    expect(gone).to.equal(1);
    const seats = seatsOf(desk.store);
    const given: (number | null)[] = [];
    for (let nth = 0; nth < 41; nth++) {
      const seat = await seats.candidate(eventDoc({ capacity: 40 }), wish);
      given.push(seat);
      if (seat !== null) await desk.store.attendees.collection.insertOne(sitting([seat])[0] as never);
    }
    expect(given.slice(0, 40).sort((a, b) => Number(a) - Number(b))).to.deep.equal(
      Array.from({ length: 40 }, (_, nth) => nth + 1),
    );
    expect(given[40]).to.equal(null);
  });

  it('is the lowest that came free where the last is taken, and none where all are', async () => {
    expect(await ask(3, sitting([1, 3]))).to.equal(2);
    expect(await ask(3, sitting([3]))).to.equal(1);
    expect(await ask(3, sitting([1, 2, 3]))).to.equal(null);
    expect(await ask(2, sitting([1, 2]))).to.equal(null);
    expect(await ask(3, sitting([1, 2]))).to.equal(3);
    expect(await ask(0, [])).to.equal(null);
  });

  it('is none while there are as many as there may be, also where one sits beyond', async () => {
    // Somebody was let in beyond a capacity of 3; then seat 2 came free.
    expect(await ask(3, sitting([1, 3, 4]))).to.equal(null);
    expect(await ask(3, sitting([1, 4]))).to.equal(2);
    // The capacity was made smaller than what is taken.
    expect(await ask(2, sitting([1, 2, 3, 4]))).to.equal(null);
  });

  it('is none of those that a replica had taken to try, once there are fewer than were given', async () => {
    await desk.lay({});
    const [one, two] = [seatsOf(desk.store), seatsOf(desk.store)];
    const many = eventDoc({ capacity: 100 });
    const given = [await one.candidate(many, wish), await two.candidate(many, wish), await two.candidate(many, wish)];
    expect(given).to.deep.equal([1, 6, 7]);
    await desk.store.attendees.collection.insertMany(sitting([1, 6, 7]) as never[]);
    const fewer = edited(many, 3);
    expect([await one.candidate(fewer, wish), await two.candidate(fewer, wish)]).to.deep.equal([null, null]);
    await desk.store.attendees.deleteOne({ seat: 6 });
    expect(await one.candidate(fewer, wish)).to.equal(2);
  });

  it('is none of those either where there were more meanwhile, which that replica never heard of', async () => {
    await desk.lay({});
    const seats = seatsOf(desk.store);
    const before = eventDoc({ capacity: 40 });
    expect(await seats.candidate(before, wish)).to.equal(1);
    // Raised to 80; another replica gave 45 seats out; lowered again.
    const others = Array.from({ length: 45 }, (_, n) => n + 3);
    await desk.store.attendees.collection.insertMany(sitting([1, ...others]) as never[]);
    expect(await seats.candidate(edited(before, 40), wish)).to.equal(null);
  });

  it('is one beyond where a person lets this one in, and a free one before that', async () => {
    const beyondCapacity = true;
    expect(await ask(3, sitting([1, 2, 3]), { beyondCapacity })).to.equal(4);
    expect(await ask(3, sitting([1, 3]), { beyondCapacity })).to.equal(2);
  });

  it('is not for who came later while somebody older waits for one of this event', async () => {
    const older = 'pay_00000000000001';
    const free = async (payments: PaymentDoc[], change: Partial<typeof wish> = {}, capacity: number | null = 5) => {
      await desk.lay({ payments });
      return (await seatsOf(desk.store).candidate(eventDoc({ capacity }), { ...wish, ...change })) !== null;
    };
    expect(await free([waiting(older, PAID_AT - 1)])).to.equal(false);
    expect(await free([waiting(older, PAID_AT)])).to.equal(false);
    expect(await free([waiting('pay_zzzzzzzzzzzzzz', PAID_AT)])).to.equal(true);
    expect(await free([waiting(wish.paymentId, PAID_AT)])).to.equal(true);
    expect(await free([waiting(older, PAID_AT + 1)])).to.equal(true);
    // Another event, another reason, one that cannot be settled now, one that was erased: these hold up nobody.
    expect(await free([waiting(older, PAID_AT - 1, { event_id: 2 })])).to.equal(true);
    expect(await free([waiting(older, PAID_AT - 1, { attempts: 1 })])).to.equal(true);
    expect(await free([waiting(older, PAID_AT - 1, { redacted_at: new Date() })])).to.equal(true);
    const underpaid = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date() };
    expect(await free([waiting(older, PAID_AT - 1, { outcome: underpaid })])).to.equal(true);
    // Nor where seats do not run out, or a person lets this one in.
    expect(await free([waiting(older, PAID_AT - 1)], {}, null)).to.equal(true);
    expect(await free([waiting(older, PAID_AT - 1)], { beyondCapacity: true })).to.equal(true);
  });
});
