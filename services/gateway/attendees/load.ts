/** Attendees with the mails of their tickets, as far as somebody may see them: two round trips a page. */
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc, MailDoc, MailState } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { seesEventId, type Viewer } from '../auth/scope.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../http/paging.ts';
import type { Call } from '../http/route.ts';
import { presentAttendee, type TicketMail } from './present.ts';
import type { AttendeeAnswer } from './schema.ts';
import { type AttendeeQuery, attendeeFilter } from './search.ts';

const MAIL = { ticket_id: 1, state: 1, sent_at: 1, error: 1 };

/** @throws Problem 404, also for one of an event that this user may not see */
export async function loadAttendee(gateway: { store: Store }, user: Viewer, id: number): Promise<AttendeeDoc> {
  const attendee = await gateway.store.attendees.findById(id).lean<AttendeeDoc>();
  if (attendee && (await seesEventId(gateway, user, attendee.event_id))) return attendee;
  throw new Problem(404, { detail: `there is no attendee ${id}` });
}

/** The mail of the ticket as it is now. */
export const ticketMail = (store: Store, attendee: AttendeeDoc): Promise<TicketMail | null> =>
  store.mails.findOne({ ticket_id: attendee.ticket.id, kind: 'ticket' }, MAIL).lean<TicketMail>().exec();

export async function presentAttendees(store: Store, attendees: AttendeeDoc[]): Promise<AttendeeAnswer[]> {
  if (attendees.length === 0) return [];
  const mails = await store.mails
    .find({ ticket_id: { $in: attendees.map(({ ticket }) => ticket.id) }, kind: 'ticket' }, MAIL)
    .lean<MailDoc[]>();
  const byTicket = new Map(mails.map((mail) => [mail.ticket_id, mail]));
  return attendees.map((attendee) => presentAttendee(attendee, byTicket.get(attendee.ticket.id)));
}

export const presentOneAttendee = async (store: Store, attendee: AttendeeDoc): Promise<AttendeeAnswer> =>
  presentAttendee(attendee, (await ticketMail(store, attendee)) ?? undefined);

const ORDER: Order = { ids: 'number', direction: 1 };

export interface AttendeeListQuery extends AttendeeQuery {
  limit: number;
  cursor?: string | undefined;
  email_state?: MailState | undefined;
}

/** One page of an event's, by id. */
export async function listAttendees(
  store: Store,
  eventId: number,
  query: AttendeeListQuery,
  asked: Call['asked'],
): Promise<{ body: AttendeeAnswer[]; headers: Record<string, string> }> {
  const { limit, cursor, email_state } = query;
  const mailed =
    email_state &&
    (await store.mails.find({ event_id: eventId, state: email_state, kind: 'ticket' }, { ticket_id: 1 }).lean());
  const found = await store.attendees
    .find({
      $and: [
        { event_id: eventId, ...(mailed && { 'ticket.id': { $in: mailed.map(({ ticket_id }) => ticket_id) } }) },
        attendeeFilter(query),
        after(decodeCursor(cursor, ORDER), ORDER),
      ],
    })
    .sort(sortOf(ORDER))
    .limit(limit + 1)
    .lean<AttendeeDoc[]>();
  const { rows, headers } = page(found, limit, ({ _id }) => ({ key: null, id: _id }), asked);
  return { body: await presentAttendees(store, rows), headers };
}
