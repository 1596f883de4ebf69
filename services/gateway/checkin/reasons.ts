/** What the gate is told: a closed list, each decided from stored facts. Pure. */
import type { AttendeeDoc, EventDoc, Ticket } from '../../../shared/store/documents.ts';

export const CHECKIN_REASONS = [
  'ok',
  'already_checked_in',
  'revoked',
  'refunded',
  'wrong_event',
  'unknown',
  'bad_signature',
  'not_open_yet',
  'closed',
  'event_cancelled',
] as const;
export type CheckinReason = (typeof CHECKIN_REASONS)[number];

/** What the event alone says against letting anybody in now; null: nothing. */
export function eventRefusal(event: EventDoc | null, now: Date): CheckinReason | null {
  if (!event) return 'unknown';
  if (event.status === 'cancelled') return 'event_cancelled';
  if (event.doors_open_at && now < event.doors_open_at) return 'not_open_yet';
  if (event.doors_close_at && now > event.doors_close_at) return 'closed';
  return null;
}

const ended = ({ revoked_reason }: Ticket): CheckinReason => (revoked_reason === 'refunded' ? 'refunded' : 'revoked');

/** Why this ticket could not be checked in, from its attendee as stored after the try. */
export function ticketRefusal(attendee: AttendeeDoc | null, ticketId: string): CheckinReason {
  if (!attendee) return 'unknown';
  if (attendee.ticket.id !== ticketId) {
    const past = attendee.past_tickets?.find((ticket) => ticket.id === ticketId);
    // A newer one is good: this one was replaced, whatever it ended by.
    if (past && attendee.live) return 'revoked';
    return past ? ended(past) : 'unknown';
  }
  if (attendee.ticket.revoked_at) return ended(attendee.ticket);
  return attendee.checked_in_at ? 'already_checked_in' : 'revoked';
}

const clock = (at: Date, timezone: string) =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);

/** The sentence for the person at the gate. */
export function inWords(reason: CheckinReason, attendee: AttendeeDoc | null, event: EventDoc | null): string {
  const zone = event?.timezone ?? 'UTC';
  const when = (at: Date | null | undefined) => (at ? ` ${clock(at, zone)}` : '');
  const sentences = {
    ok: `Welcome, ${attendee?.details?.name ?? 'come in'}`,
    already_checked_in: `Already in:${when(attendee?.checked_in_at)}, by ${attendee?.checked_in_by ?? 'somebody'}`,
    revoked: 'This ticket was replaced or withdrawn',
    refunded: 'This ticket was refunded',
    wrong_event: 'This ticket is for another event',
    unknown: 'No such ticket is known here',
    bad_signature: 'This is no ticket of ours',
    not_open_yet: `Doors open at${when(event?.doors_open_at)}`,
    closed: `Doors closed at${when(event?.doors_close_at)}`,
    event_cancelled: 'This event is cancelled',
  } satisfies Record<CheckinReason, string>;
  return sentences[reason];
}
