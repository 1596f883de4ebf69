/** One scan: let in, or not and why. */
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import type { TicketClaims } from '../../../shared/ticket/token.ts';
import { type Asked, type Deps, type Examined, examine } from './examine.ts';
import { isSameScan, letIn } from './let-in.ts';
import { type CheckinReason, ticketRefusal, ticketStanding } from './reasons.ts';

export interface Scan extends Asked {
  gate: string | null;
  nonce: string | null;
}

export interface CheckinResult {
  reason: CheckinReason;
  attendee: AttendeeDoc | null;
  event: EventDoc | null;
  claims: TicketClaims | null;
  /** The answer to a scan that was answered before: nothing happened now. */
  repeated: boolean;
}

const result = (
  reason: CheckinReason,
  { claims, event }: Examined,
  attendee: AttendeeDoc | null = null,
  repeated = false,
): CheckinResult => ({ reason, claims, event, attendee, repeated });

/** The attendee of a ticket, also of one that was replaced. */
export const holderOf = ({ store }: Pick<Deps, 'store'>, ticketId: string) =>
  store.attendees.findOne({ $or: [{ 'ticket.id': ticketId }, { 'past_tickets.id': ticketId }] }).lean<AttendeeDoc>();

/** Two round trips with the store at most, besides the event's, which is kept. */
export async function checkIn(deps: Deps, scan: Scan): Promise<CheckinResult> {
  const now = new Date();
  const examined = await examine(deps, scan, now);
  const { claims, refusal } = examined;
  if (claims === null || refusal !== null) return result(refusal ?? 'bad_signature', examined);

  const arrival = { at: now, by: scan.user.username, gate: scan.gate, nonce: scan.nonce };
  const { filter, update } = letIn(claims, arrival);
  const accepted = await deps.store.attendees
    .findOneAndUpdate(filter, update, { returnDocument: 'after' })
    .lean<AttendeeDoc>();
  if (accepted) return result('ok', examined, accepted);
  const attendee = await holderOf(deps, claims.ticket);
  const stands = ticketStanding(attendee, claims.ticket);
  // Refunded or replaced since is refused all the same; in, or taken back since, is the same scan.
  if (attendee && (stands === 'already_checked_in' || stands === 'ok') && isSameScan(attendee, arrival))
    return result('ok', examined, attendee, true);
  return result(ticketRefusal(attendee, claims.ticket), examined, attendee);
}

/** What a scan would be told now. Changes nothing. */
export async function validate(deps: Deps, asked: Asked): Promise<CheckinResult> {
  const examined = await examine(deps, asked, new Date());
  const { claims, refusal } = examined;
  if (claims === null || refusal !== null) return result(refusal ?? 'bad_signature', examined);
  const attendee = await holderOf(deps, claims.ticket);
  return result(ticketStanding(attendee, claims.ticket), examined, attendee);
}

/** Refusals that pass by themselves, or are about the event: the ticket is looked at all the same. */
const OF_THE_EVENT: readonly (CheckinReason | null)[] = ['not_open_yet', 'closed', 'event_cancelled', null];

/** Where the ticket stands, whatever the doors do. Changes nothing. */
export async function ticketStatus(deps: Deps, asked: Asked): Promise<CheckinResult> {
  const examined = await examine(deps, asked, new Date());
  const { claims, refusal } = examined;
  if (claims === null || !OF_THE_EVENT.includes(refusal)) return result(refusal ?? 'bad_signature', examined);
  const attendee = await holderOf(deps, claims.ticket);
  return result(ticketStanding(attendee, claims.ticket), examined, attendee);
}
