/**
 * The check-in itself: a compare-and-set on the attendee, the same document that a revocation compares and sets. Of any
 * number at once exactly one succeeds, and none after the revocation (P4).
 */
import type { AttendeeDoc } from '../../../shared/store/documents.ts';

/** A person who came in, as the scanner tells it. */
export interface Arrival {
  at: Date;
  by: string;
  gate: string | null;
  /** The same for a scan that is tried again: it is then the same scan. */
  nonce: string | null;
}

/** Whose check-in: by ticket, or by a person's choice from a list. */
export type Who = { ticket: string; event: number } | { attendeeId: number };

/** The compare and the set. A scan that was taken back does not come in again when it is only sent again. */
export function letIn(who: Who, { at, by, gate, nonce }: Arrival) {
  const whose =
    'attendeeId' in who ? { _id: who.attendeeId } : { 'ticket.id': who.ticket, 'ticket.event_id': who.event };
  return {
    filter: {
      ...whose,
      'ticket.revoked_at': null,
      checked_in_at: null,
      live: true,
      ...(nonce !== null && { 'past_checkins.nonce': { $ne: nonce } }),
    },
    update: {
      $set: { checked_in_at: at, checked_in_by: by, checked_in_gate: gate, checked_in_nonce: nonce },
    },
  };
}

/**
 * This very scan let them in before: its answer was lost on the way, and it was sent again. `by` null: by whoever told of
 * it first.
 */
export function isSameScan(attendee: AttendeeDoc, { nonce, by }: { nonce: string | null; by: string | null }): boolean {
  if (nonce === null) return false;
  const same = (one: { nonce?: string | null; by: string | null }) =>
    one.nonce === nonce && (by === null || one.by === by);
  return (
    same({ nonce: attendee.checked_in_nonce ?? null, by: attendee.checked_in_by }) ||
    attendee.past_checkins?.some(same) === true
  );
}
