/** What the store knows around a payment, read for the decision: two round trips. */
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { furtherKeys, isStudents, keysOfRoll, rollOf, studentKey } from '../../../shared/student/key.ts';
import type { Rules, Surroundings } from '../decide/decide.ts';
import { settledChoice } from '../decide/event.ts';
import { read } from '../decide/reading.ts';

/** A hand-made attendee may have no college; the roll number alone makes it this student's. */
const keysOf = (key: string): string[] => [key, `${rollOf(key)}|`];

/** This payment's attendee and its student's other live ones at the event, out of `found`. */
export function pickAttendees(
  payment: PaymentDoc,
  key: string | null,
  eventId: number | undefined,
  found: readonly AttendeeDoc[],
): Pick<Surroundings, 'attendee' | 'twins'> {
  const others = found.filter(
    ({ live, event_id, payment_id }) => live && event_id === eventId && payment_id !== payment._id,
  );
  return {
    attendee: found.find(({ payment_id }) => payment_id === payment._id) ?? null,
    twins:
      key === null
        ? []
        : others.filter(
            ({ student_key, payment_id }) =>
              isStudents(student_key, key) || (payment_id === null && student_key === keysOf(key)[1]),
          ),
  };
}

/** The filter that finds every attendee that matters for these payments. */
export function attendeeFilter(
  wanted: readonly { payment: PaymentDoc; key: string | null; eventId: number | undefined }[],
) {
  return {
    $or: [
      { payment_id: { $in: wanted.map(({ payment }) => payment._id) } },
      ...wanted.flatMap(({ key, eventId }) =>
        key === null || eventId === undefined
          ? []
          : [
              { live: true, event_id: eventId, student_key: { $in: keysOf(key) } },
              { live: true, event_id: eventId, student_key: furtherKeys(key) },
            ],
      ),
    ],
  };
}

/** The student's key and the event this payment would go to. @param own its attendee, where it has one */
export function aim(payment: PaymentDoc, own: AttendeeDoc | null, events: readonly EventDoc[], rules: Rules) {
  const reading = read(payment, rules.aliases);
  const choice = settledChoice(payment, reading, own, events, rules.defaultEventId);
  return { payment, key: studentKey(reading.details), eventId: choice?.event._id };
}

/** Every event: a college has some dozens, and any of them may be the one. */
export const loadEvents = (store: Store): Promise<EventDoc[]> => store.events.find().lean();

/** Every event, and the attendee of this payment: one round trip. */
async function eventsAndOwn(store: Store, paymentId: string): Promise<{ events: EventDoc[]; own: AttendeeDoc[] }> {
  const found = await store.attendees.aggregate<{ attendee?: AttendeeDoc; event?: EventDoc }>([
    { $match: { payment_id: paymentId } },
    { $project: { _id: 0, attendee: '$$ROOT' } },
    { $unionWith: { coll: store.events.collection.name, pipeline: [{ $project: { _id: 0, event: '$$ROOT' } }] } },
  ]);
  return { events: found.flatMap(({ event = [] }) => event), own: found.flatMap(({ attendee = [] }) => attendee) };
}

/** Each query is one short range of an index: this is asked for every payment, however many attendees there are. */
export async function loadSurroundings(
  store: Store,
  payment: PaymentDoc,
  rules: Rules,
  now: Date,
): Promise<Surroundings> {
  const { events, own } = await eventsAndOwn(store, payment._id);
  const { key, eventId } = aim(payment, own[0] ?? null, events, rules);
  const students =
    key === null || eventId === undefined
      ? []
      : await store.attendees
          .find({ live: true, event_id: eventId, student_key: keysOfRoll(key) })
          .lean<AttendeeDoc[]>();
  return {
    events,
    ...pickAttendees(payment, key, eventId, [...own, ...students]),
    seats: true,
    now: Math.floor(now.getTime() / 1_000),
  };
}
