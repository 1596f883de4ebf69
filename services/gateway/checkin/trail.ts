/** What the audit trail keeps of the door: who, which ticket, and what they were told. */
import { type Entry, record } from '../../../shared/audit/index.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { Call, SignedIn } from '../http/route.ts';
import type { CheckinResult } from './check-in.ts';

export type DoorCall = Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId' | 'log'>;

/** An entry about this attendee; null: nobody is known by the ticket. */
export const doorEntry = (
  attendee: Pick<AttendeeDoc, '_id' | 'payment_id' | 'event_id'> | null,
  { user, correlationId }: Pick<DoorCall, 'user' | 'correlationId'>,
  rest: Pick<Entry, 'action' | 'facts'> & Partial<Entry>,
): Entry => ({
  actor: user.username,
  subject: attendee ? `attendee:${attendee._id}` : 'ticket',
  payment_id: attendee?.payment_id ?? null,
  event_id: attendee?.event_id ?? null,
  attendee_id: attendee?._id ?? null,
  correlation_id: correlationId,
  ...rest,
});

/** A scan that was told again, also later by an upload, is one entry; its nonce with another ticket is another scan. */
export const scanEntryId = (
  action: 'checkin.accepted' | 'checkin.conflict',
  { event, ticket, by, nonce }: { event: number; ticket: string | null; by: string; nonce: string },
): string => [action, event, by, nonce, ticket ?? ''].join(':');

/** Written after the fact: a trail that cannot be written is logged, and lets nobody wait at the gate. */
export async function auditDoor(entry: Entry, { gateway, log }: DoorCall): Promise<void> {
  try {
    await record(gateway.store, [entry]);
  } catch (error) {
    log.error(
      { err: error, attendee_id: entry.attendee_id, action: entry.action },
      'checkin: the audit trail could not be written',
    );
  }
}

/** Counts and writes down a scan's answer; one that was answered before is neither. */
export async function tellScan(
  result: CheckinResult,
  { gate, nonce }: { gate: string | null; nonce: string | null },
  call: DoorCall,
): Promise<void> {
  const { reason, claims, attendee, repeated } = result;
  if (repeated) return;
  call.gateway.metrics.checkins.inc({ reason });
  const action = reason === 'ok' ? 'checkin.accepted' : 'checkin.refused';
  const facts = { reason, ...(gate !== null && { gate }) };
  const once = reason === 'ok' &&
    claims !== null &&
    nonce !== null && { id: scanEntryId('checkin.accepted', { ...claims, by: call.user.username, nonce }) };
  await auditDoor(doorEntry(attendee, call, { ...once, action, facts, event_id: claims?.event ?? null }), call);
}
