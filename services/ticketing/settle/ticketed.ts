/** The effects of `ticketed`: one attendee with one live ticket, whatever was there before. Safe to do again. */
import type { AttendeeDoc, EventDoc, PaymentDoc, Ticket } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { furtherKey } from '../../../shared/student/key.ts';
import { type Decision, lostAttendee, type Outcome } from '../decide/decide.ts';
import { ticketId } from '../ticket/ticket-id.ts';
import { type Seats, takeSeat } from './seats.ts';
import { asRead, isSame, toldOf, writeTold } from './told.ts';

export interface TicketTools {
  store: Store;
  seats: Seats;
  idKey: Buffer;
  nextAttendeeId: () => Promise<number>;
}

type Ticketed = Extract<Outcome, { kind: 'ticketed' }>;

/**
 * - attendee: as it is now; `made`: it is new
 * - full: no seat
 * - again: somebody was faster; read the surroundings anew and decide again
 */
export type Ticketing =
  | { kind: 'attendee'; attendee: AttendeeDoc; made: boolean }
  | { kind: 'full' }
  | { kind: 'again' };

/** Of an attendee who is not in. */
const NOT_IN = { checked_in_at: null, checked_in_by: null, checked_in_gate: null, checked_in_nonce: null };

export async function issueTicket(
  tools: TicketTools,
  payment: PaymentDoc,
  { reading }: Decision,
  { event, key, adopt }: Ticketed,
  current: AttendeeDoc | null,
  now: Date,
): Promise<Ticketing> {
  const { store, seats } = tools;
  // Whose it was is gone; nothing read before that is written back.
  const { redacted_at, redacted_by } = payment;
  const facts = redacted_at
    ? { details: {}, email: null, redacted_at, ...(redacted_by && { redacted_by }) }
    : { details: reading.details, email: reading.email };
  const known = { redacted_at: null };

  const newTicket = (issue: number): Ticket => ({
    id: ticketId({ owner: payment._id, eventId: event._id, issue }, tools.idKey),
    event_id: event._id,
    issue,
    issued_at: now,
    revoked_at: null,
    revoked_reason: null,
  });

  if (current?.live && current.event_id === event._id) return refreshed(current);
  if (!current && adopt) return adopted(adopt);
  return seated(event, (seat) => (current ? reissued(current, seat) : made(seat)));

  /** Takes a seat and does `take` with it. */
  async function seated(at: EventDoc, take: (seat: number) => Promise<Ticketing>): Promise<Ticketing> {
    const wish = {
      paymentId: payment._id,
      paidAt: payment.payment?.value.created_at ?? 0,
      beyondCapacity: payment.overrides?.released?.includes('event_full') === true || lostAttendee(payment, current),
    };
    const taken = await takeSeat(seats, at, wish, take);
    return typeof taken === 'string' ? { kind: taken } : taken;
  }

  async function made(seat: number): Promise<Ticketing> {
    const attendee: AttendeeDoc = {
      _id: await tools.nextAttendeeId(),
      event_id: event._id,
      payment_id: payment._id,
      live: true,
      student_key: key,
      seat,
      ...facts,
      ticket: newTicket(1),
      past_tickets: [],
      checked_in_at: null,
      checked_in_by: null,
      created_at: now,
    };
    await store.attendees.create([attendee]);
    return { kind: 'attendee', attendee, made: true };
  }

  /** A new ticket for an attendee whose old one was for another event, or was revoked by a refund that came back. */
  async function reissued(attendee: AttendeeDoc, seat: number): Promise<Ticketing> {
    const old: Ticket = attendee.live
      ? { ...attendee.ticket, revoked_at: now, revoked_reason: 'reassigned' }
      : attendee.ticket;
    const updated = await store.attendees
      .findOneAndUpdate(
        // A ticket that is used at the door in this moment is not moved.
        {
          _id: attendee._id,
          ...known,
          'ticket.id': attendee.ticket.id,
          live: attendee.live,
          ...(attendee.live && { checked_in_at: null }),
        },
        {
          $set: {
            ...facts,
            ...toldOf(payment, facts, attendee),
            live: true,
            event_id: event._id,
            seat,
            student_key: key,
            ticket: newTicket(attendee.ticket.issue + 1),
            // Whoever was in already is in, also with the new ticket.
            ...(attendee.event_id !== event._id && NOT_IN),
          },
          $push: { past_tickets: old },
        },
        { returnDocument: 'after' },
      )
      .lean();
    return updated ? { kind: 'attendee', attendee: updated, made: false } : { kind: 'again' };
  }

  async function adopted(attendee: AttendeeDoc): Promise<Ticketing> {
    try {
      const updated = await store.attendees
        .findOneAndUpdate(
          // Nobody at the desk corrected it since it was read.
          { _id: attendee._id, ...known, ...asRead(attendee), payment_id: null, live: true },
          { $set: { payment_id: payment._id, student_key: key, ...toldOf(payment, facts, attendee) } },
          { returnDocument: 'after' },
        )
        .lean();
      return updated ? { kind: 'attendee', attendee: updated, made: false } : { kind: 'again' };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return { kind: 'again' };
    }
  }

  async function refreshed(attendee: AttendeeDoc): Promise<Ticketing> {
    const told = toldOf(payment, facts, attendee);
    if (isSame(told, attendee) && key === attendee.student_key) return { kind: 'attendee', attendee, made: false };
    const update = (student_key: string | null) => writeTold(store, attendee, { ...told, student_key });
    let updated: AttendeeDoc | null;
    try {
      updated = await update(key);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Corrected to a roll number that another live ticket has: a ticket once given stays, under a key of its own.
      updated = await update(key && furtherKey(key, payment._id));
    }
    return updated ? { kind: 'attendee', attendee: updated, made: false } : { kind: 'again' };
  }
}
