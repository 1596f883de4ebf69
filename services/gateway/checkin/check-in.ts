/**
 * One scan. The check-in is a compare-and-set on the attendee, the same document that a revocation compares and sets:
 * of any number of scans at once exactly one succeeds, and none after the revocation (P4).
 */
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import { BadTicketToken, type TicketClaims } from '../../../shared/ticket/token.ts';
import type { Gateway } from '../gateway.ts';
import { type CheckinReason, eventRefusal, ticketRefusal } from './reasons.ts';

export interface Scan {
  token: string;
  /** The event at this gate; undefined: any. */
  eventId: number | undefined;
  /** The same for a scan that is tried again: it is then the same scan. */
  nonce: string | undefined;
  by: string;
}

export interface CheckinResult {
  reason: CheckinReason;
  attendee: AttendeeDoc | null;
  event: EventDoc | null;
  claims: TicketClaims | null;
  /** The answer to a scan that was answered before: nothing happened now. */
  repeated: boolean;
}

type Deps = Pick<Gateway, 'store' | 'eventFacts' | 'verifyTicket'>;

async function letIn({ store }: Deps, claims: TicketClaims, scan: Scan, now: Date): Promise<AttendeeDoc | null> {
  return store.attendees
    .findOneAndUpdate(
      {
        'ticket.id': claims.ticket,
        'ticket.event_id': claims.event,
        'ticket.revoked_at': null,
        checked_in_at: null,
        live: true,
      },
      { $set: { checked_in_at: now, checked_in_by: scan.by, checked_in_nonce: scan.nonce ?? null } },
      { returnDocument: 'after' },
    )
    .lean<AttendeeDoc>();
}

/** The attendee of a ticket, also of one that was replaced. */
const holderOf = ({ store }: Deps, ticketId: string) =>
  store.attendees.findOne({ $or: [{ 'ticket.id': ticketId }, { 'past_tickets.id': ticketId }] }).lean<AttendeeDoc>();

export async function checkIn(deps: Deps, scan: Scan): Promise<CheckinResult> {
  const result = (reason: CheckinReason, found: Partial<CheckinResult> = {}): CheckinResult => ({
    reason,
    attendee: null,
    event: null,
    claims: null,
    repeated: false,
    ...found,
  });

  let claims: TicketClaims;
  try {
    claims = await deps.verifyTicket(scan.token);
  } catch (error) {
    if (error instanceof BadTicketToken) return result('bad_signature');
    throw error;
  }
  const event = await deps.eventFacts.get(claims.event);
  if (scan.eventId !== undefined && scan.eventId !== claims.event) return result('wrong_event', { claims, event });
  const now = new Date();
  const refusal = eventRefusal(event, now);
  if (refusal) return result(refusal, { claims, event });

  const accepted = await letIn(deps, claims, scan, now);
  if (accepted) return result('ok', { claims, event, attendee: accepted });
  const attendee = await holderOf(deps, claims.ticket);
  const reason = ticketRefusal(attendee, claims.ticket);
  const same =
    reason === 'already_checked_in' &&
    scan.nonce !== undefined &&
    attendee?.checked_in_nonce === scan.nonce &&
    attendee.checked_in_by === scan.by;
  return same ? result('ok', { claims, event, attendee, repeated: true }) : result(reason, { claims, event, attendee });
}
