/** What the gate is told: a closed list, each decided from stored facts. Pure. */
import { dateFormat } from '../../../shared/date-format.ts';
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

/** Why a ticket that is revoked is refused. */
export const ended = ({ revoked_reason }: Pick<Ticket, 'revoked_reason'>): 'refunded' | 'revoked' =>
  revoked_reason === 'refunded' ? 'refunded' : 'revoked';

/** Where the attendee's own ticket stands. */
export function standing(attendee: AttendeeDoc): CheckinReason {
  if (attendee.ticket.revoked_at) return ended(attendee.ticket);
  if (!attendee.live) return 'revoked';
  return attendee.checked_in_at ? 'already_checked_in' : 'ok';
}

/** Where this ticket stands, by its attendee as stored. */
export function ticketStanding(attendee: AttendeeDoc | null, ticketId: string): CheckinReason {
  if (!attendee) return 'unknown';
  if (attendee.ticket.id === ticketId) return standing(attendee);
  const past = attendee.past_tickets?.find((ticket) => ticket.id === ticketId);
  // A newer one is good: this one was replaced, whatever it ended by.
  if (past && attendee.live) return 'revoked';
  return past ? ended(past) : 'unknown';
}

/** Why this ticket could not be checked in, from its attendee as stored after the try. */
export function ticketRefusal(attendee: AttendeeDoc | null, ticketId: string): Exclude<CheckinReason, 'ok'> {
  const stands = ticketStanding(attendee, ticketId);
  // It changed between the try and the look, or its attendee was moved: not good when it was tried.
  return stands === 'ok' ? 'revoked' : stands;
}

const clock = (at: Date, timezone: string) =>
  dateFormat('en-GB', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);

/** When, where and by whom somebody came in. */
export interface Entry {
  at: Date;
  gate: string | null;
  by: string | null;
}

export const entryOf = ({ checked_in_at, checked_in_gate, checked_in_by }: AttendeeDoc): Entry | null =>
  checked_in_at && { at: checked_in_at, gate: checked_in_gate ?? null, by: checked_in_by ?? null };

function entryInWords(entry: Entry | null, zone: string): string {
  if (!entry) return 'Already in';
  const where = entry.gate === null ? '' : `, at ${entry.gate}`;
  return `Already in: ${clock(entry.at, zone)}${where}, by ${entry.by ?? 'somebody'}`;
}

export interface Circumstances {
  attendee: AttendeeDoc | null;
  /** The ticket's event, where whoever asks may see it. */
  event: EventDoc | null;
}

/** The sentence for the person at the gate. */
export function inWords(reason: CheckinReason, { attendee, event }: Circumstances): string {
  const zone = event?.timezone ?? 'UTC';
  const when = (at: Date | null | undefined) => (at ? ` ${clock(at, zone)}` : '');
  const sentences = {
    ok: () => `Welcome, ${attendee?.details?.name ?? 'come in'}`,
    already_checked_in: () => entryInWords(attendee && entryOf(attendee), zone),
    revoked: () => 'This ticket was replaced or withdrawn',
    refunded: () => 'This ticket was refunded',
    wrong_event: () => (event ? `This ticket is for another event: ${event.name}` : 'This ticket is for another event'),
    unknown: () => 'No such ticket is known here',
    bad_signature: () => 'This is no ticket of ours',
    not_open_yet: () => `Doors open at${when(event?.doors_open_at)}`,
    closed: () => `Doors closed at${when(event?.doors_close_at)}`,
    event_cancelled: () => 'This event is cancelled',
  } satisfies Record<CheckinReason, () => string>;
  return sentences[reason]();
}
