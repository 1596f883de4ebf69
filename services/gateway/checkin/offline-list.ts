/**
 * What a door keeps for the time without network: each ticket's id and name, who is in, which tickets ended, and the keys
 * that verify a signature. Afterwards it asks for what changed since; everything is told as it is now, so hearing it twice
 * changes nothing.
 */
import { createHash } from 'node:crypto';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { ended } from './reasons.ts';

/** So much is told again: clocks of replicas differ by seconds, and a write takes its time. */
const OVERLAP_MS = 60_000;

export interface OfflineTicket {
  id: string;
  name: string;
  /** Who is in: since when (seconds since 1970), where, by whom. */
  in?: { at: number; gate: string | null; by: string | null };
}
export interface EndedTicket {
  id: string;
  reason: 'refunded' | 'revoked';
}

export interface OfflineList {
  /** Everything; false: only what changed. */
  full: boolean;
  /** For the next question. */
  cursor: number;
  tickets: OfflineTicket[];
  ended: EndedTicket[];
}

const FIELDS = {
  event_id: 1,
  live: 1,
  'details.name': 1,
  ticket: 1,
  past_tickets: 1,
  checked_in_at: 1,
  checked_in_gate: 1,
  checked_in_by: 1,
} as const;

type Row = Pick<
  AttendeeDoc,
  'event_id' | 'live' | 'details' | 'ticket' | 'past_tickets' | 'checked_in_at' | 'checked_in_gate' | 'checked_in_by'
>;

function tellTicket({ ticket, details, checked_in_at: at, checked_in_gate, checked_in_by }: Row): OfflineTicket {
  const told = { id: ticket.id, name: details?.name ?? '' };
  if (!at) return told;
  return {
    ...told,
    in: { at: Math.floor(at.getTime() / 1_000), gate: checked_in_gate ?? null, by: checked_in_by ?? null },
  };
}

/** What this event's door is told of one attendee, who may have been moved elsewhere. */
export function tellAttendee(row: Row, eventId: number): Pick<OfflineList, 'tickets' | 'ended'> {
  const good = row.live && !row.ticket.revoked_at && row.ticket.event_id === eventId;
  const past = [...(row.past_tickets ?? []), ...(good ? [] : [row.ticket])].filter((one) => one.event_id === eventId);
  return {
    tickets: good ? [tellTicket(row)] : [],
    // A newer one is good: the older was replaced, whatever it ended by.
    ended: past.map((one) => ({ id: one.id, reason: row.live ? 'revoked' : ended(one) })),
  };
}

export async function offlineList(store: Store, eventId: number, since: number | undefined): Promise<OfflineList> {
  const cursor = Date.now() - OVERLAP_MS;
  const changed = since === undefined ? {} : { changed_at: { $gt: new Date(since) } };
  // Two questions, each with an index of its own.
  const [here, moved] = await Promise.all([
    store.attendees
      .find({ event_id: eventId, ...changed }, FIELDS)
      .sort({ _id: 1 })
      .lean<Row[]>(),
    store.attendees
      .find({ 'past_tickets.event_id': eventId, event_id: { $ne: eventId }, ...changed }, FIELDS)
      .sort({ _id: 1 })
      .lean<Row[]>(),
  ]);
  const told = [...here, ...moved].map((row) => tellAttendee(row, eventId));
  return {
    full: since === undefined,
    cursor,
    tickets: told.flatMap(({ tickets }) => tickets),
    ended: told.flatMap((one) => one.ended),
  };
}

/** The same for the same content, whenever it is asked for. */
export function listTag({ tickets, ended, full }: OfflineList, event: EventDoc, keys: unknown): string {
  const { name, status, doors_open_at, doors_close_at, timezone } = event;
  const content = JSON.stringify([full, tickets, ended, name, status, doors_open_at, doors_close_at, timezone, keys]);
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}
