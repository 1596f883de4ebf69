/** Tickets for people who did not pay through Razorpay: the same seats, tickets and mails as everybody's. */
import { randomUUID } from 'node:crypto';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { Admission, Admitted } from '../../../shared/bus/requests.ts';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { keysOfRoll, studentKey } from '../../../shared/student/key.ts';
import { takeSeat } from '../settle/seats.ts';
import type { SettleTools } from '../settle/settle.ts';
import { ticketId } from '../ticket/ticket-id.ts';
import { type Asked, finishByHand, pendingBy } from './finish.ts';

/** Somebody was faster at this student's key: so often it is looked at again. */
const TRIES = 5;

/** Who deletes an event looks for attendees once it is gone; so one of the two sees the other. @throws RequestFailed 404 */
async function refuseGone(store: Store, { _id, event_id }: AttendeeDoc): Promise<void> {
  if (await store.events.exists({ _id: event_id })) return;
  await store.attendees.deleteOne({ _id });
  throw new RequestFailed(404, `event ${event_id} was deleted in this moment`);
}

/** Whoever this very request was for, with the ticket that it makes; else who has the roll number. */
async function thereBefore(
  store: Store,
  eventId: number,
  ticket: string,
  key: string | null,
): Promise<Admission | null> {
  const made = await store.attendees.findOne({ 'ticket.id': ticket }, { _id: 1 }).lean();
  if (made) return { kind: 'added', attendee_id: made._id };
  if (key === null) return null;
  const there = await store.attendees
    .findOne({ event_id: eventId, live: true, student_key: keysOfRoll(key) }, { ticket: 1 })
    .lean();
  // Between the two looks another try of the request may have made it.
  return there && { kind: there.ticket.id === ticket ? 'added' : 'there', attendee_id: there._id };
}

async function admitOne(
  tools: SettleTools,
  event: EventDoc,
  { details, email, request_id: request = randomUUID() }: Admitted,
  asked: Asked,
): Promise<Admission> {
  const { store, seats } = tools;
  const key = studentKey(details);
  // Not of its number: that may be somebody else's after a restore.
  const id = ticketId({ owner: `attendee:${request}`, eventId: event._id, issue: 1 }, tools.idKey);
  // Behind every payment that waits for a seat.
  const wish = { paymentId: '', paidAt: Math.floor(Date.now() / 1_000), beyondCapacity: false };
  for (let tries = 0; tries < TRIES; tries++) {
    const there = await thereBefore(store, event._id, id, key);
    if (there) return there;
    const made = await takeSeat(seats, event, wish, async (seat) => {
      const now = new Date();
      const _id = await tools.nextAttendeeId();
      const attendee: AttendeeDoc = {
        _id,
        event_id: event._id,
        payment_id: null,
        live: true,
        student_key: key,
        seat,
        details,
        email,
        ticket: {
          id,
          event_id: event._id,
          issue: 1,
          issued_at: now,
          revoked_at: null,
          revoked_reason: null,
        },
        past_tickets: [],
        checked_in_at: null,
        checked_in_by: null,
        created_at: now,
        pending: pendingBy(asked, now),
      };
      await store.attendees.create([attendee]);
      return attendee;
    });
    // Another try of the same request may have got the last seat.
    if (made === 'full') return (await thereBefore(store, event._id, id, key)) ?? { kind: 'full' };
    if (made === 'again') continue;
    await refuseGone(store, made);
    await finishByHand(tools, made);
    return { kind: 'added', attendee_id: made._id };
  }
  throw new Error('the attendees kept changing while one was added by hand');
}

/** One after the other: a list's order is the order of its seats. @throws RequestFailed 404, 409 */
export async function admit(
  tools: SettleTools,
  eventId: number,
  people: readonly Admitted[],
  asked: Asked,
): Promise<Admission[]> {
  const event = await tools.store.events.findById(eventId).lean<EventDoc>();
  if (!event) throw new RequestFailed(404, `there is no event ${eventId}`);
  if (event.status === 'cancelled')
    throw new RequestFailed(409, 'this event is cancelled: nobody gets a ticket for it');
  const admissions: Admission[] = [];
  for (const one of people) admissions.push(await admitOne(tools, event, one, asked));
  return admissions;
}
