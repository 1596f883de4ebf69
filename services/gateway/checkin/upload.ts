/**
 * What a door did while it had no network, told afterwards. Each scan is checked in if it still can be; if not, somebody is
 * in who should not be, or twice: that is a conflict, kept and shown. Every step may be done again: the nonce makes a scan
 * that is uploaded twice the same scan.
 */

import { record } from '../../../shared/audit/index.ts';
import type { AttendeeDoc, ConflictDoc, EventDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import { BadTicketToken } from '../../../shared/ticket/token.ts';
import type { Deps } from './examine.ts';
import { isSameScan, letIn } from './let-in.ts';
import { type CheckinReason, entryOf, eventRefusal, ticketRefusal } from './reasons.ts';
import { type DoorCall, doorEntry, scanEntryId } from './trail.ts';

/** A scan as the door recorded it: by the token, or by choosing a person from the list. */
export type RecordedScan = ({ qr_token: string } | { ticket_id: string }) & {
  at: Date;
  nonce: string;
  /** Who stood at the door then, as the phone says: whoever is signed in now tells of it. */
  recorded_by?: string | undefined;
};

export interface Upload {
  event: EventDoc;
  gate: string | null;
  device: string | null;
  /** The door's clock when it sent this: what it is wrong by is taken off its times. Undefined: it is right. */
  sentAt: Date | undefined;
  scans: readonly RecordedScan[];
}

export interface UploadedScan {
  nonce: string;
  reason: CheckinReason;
  attendee: AttendeeDoc | null;
  /** Where the store says otherwise. */
  conflict: ConflictDoc | null;
}

interface Read {
  scan: RecordedScan;
  at: Date;
  ticket: string | null;
  refusal: Exclude<CheckinReason, 'ok'> | null;
}

/** The door's time on our clock; never later than now, nor before `since`, when there was no event. Pure. */
export function onOurClock(at: Date, sentAt: Date | undefined, since: Date, now: Date): Date {
  const ahead = sentAt === undefined ? 0 : sentAt.getTime() - now.getTime();
  return new Date(Math.min(Math.max(at.getTime() - ahead, since.getTime()), now.getTime()));
}

async function readScan(deps: Deps, scan: RecordedScan, { event, sentAt }: Upload, now: Date): Promise<Read> {
  const at = onOurClock(scan.at, sentAt, event.created_at, now);
  const refusal = eventRefusal(event, at) as Read['refusal'];
  if ('ticket_id' in scan) return { scan, at, ticket: scan.ticket_id, refusal };
  try {
    const claims = await deps.verifyTicket(scan.qr_token);
    return { scan, at, ticket: claims.ticket, refusal: claims.event === event._id ? refusal : 'wrong_event' };
  } catch (error) {
    if (error instanceof BadTicketToken) return { scan, at, ticket: null, refusal: 'bad_signature' };
    throw error;
  }
}

/** Earliest first, so that of two in one upload the first counts. All in one round trip. */
async function letInAll(deps: Deps, reads: readonly Read[], upload: Upload, by: string): Promise<number> {
  const writes = reads
    .filter(({ refusal }) => refusal === null)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ scan, at, ticket }) => ({
      updateOne: letIn(
        { ticket: ticket as string, event: upload.event._id },
        { at, by, gate: upload.gate, nonce: scan.nonce },
      ),
    }));
  if (writes.length === 0) return 0;
  const { modifiedCount } = await deps.store.attendees.bulkWrite(writes as never, { ordered: true });
  return modifiedCount;
}

/** Whose tickets these are, of this event's: a door hears nothing of another's. */
async function holders(deps: Deps, reads: readonly Read[], event: EventDoc): Promise<Map<string, AttendeeDoc>> {
  const ids = reads.flatMap(({ ticket }) => (ticket === null ? [] : [ticket]));
  if (ids.length === 0) return new Map();
  const found = await deps.store.attendees
    .find({ $or: [{ 'ticket.id': { $in: ids } }, { 'past_tickets.id': { $in: ids } }] })
    .lean<AttendeeDoc[]>();
  return new Map(
    found.flatMap((one) =>
      [one.ticket, ...(one.past_tickets ?? [])]
        .filter(({ event_id }) => event_id === event._id)
        .map(({ id }) => [id, one] as const),
    ),
  );
}

async function keep(deps: Deps, conflicts: ConflictDoc[]): Promise<void> {
  if (conflicts.length === 0) return;
  try {
    await deps.store.conflicts.insertMany(conflicts, { ordered: false });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

export async function uploadScans(upload: Upload, call: DoorCall): Promise<UploadedScan[]> {
  const { gateway, user } = call;
  const { event, gate, device, scans } = upload;
  const now = new Date();
  const recordedBy = ({ recorded_by }: RecordedScan) => recorded_by ?? user.username;
  const idOf = (scan: RecordedScan) => `${event._id}:${recordedBy(scan)}:${scan.nonce}`;
  const before = await gateway.store.conflicts.find({ _id: { $in: scans.map(idOf) } }).lean<ConflictDoc[]>();
  const known = new Map(before.map((conflict) => [conflict._id, conflict]));

  const reads = await Promise.all(scans.map((scan) => readScan(gateway, scan, upload, now)));
  const open = reads.filter(({ scan }) => !known.has(idOf(scan)));
  const entered = await letInAll(gateway, open, upload, user.username);
  const attendees = await holders(gateway, reads, event);

  const outcomes = reads.map(({ scan, at, ticket, refusal }): UploadedScan => {
    const attendee = (ticket !== null && attendees.get(ticket)) || null;
    const kept = known.get(idOf(scan));
    if (kept) return { nonce: scan.nonce, reason: kept.reason as CheckinReason, attendee, conflict: kept };
    // Somebody else may have told of it before, to whom the answer was lost.
    const by = scan.recorded_by === undefined ? user.username : null;
    const same = attendee !== null && isSameScan(attendee, { nonce: scan.nonce, by });
    if (same) return { nonce: scan.nonce, reason: 'ok', attendee, conflict: null };
    const reason = refusal ?? ticketRefusal(attendee, ticket as string);
    const conflict: ConflictDoc = {
      _id: idOf(scan),
      event_id: event._id,
      attendee_id: attendee?._id ?? null,
      ticket_id: ticket,
      reason,
      scanned_at: at,
      gate,
      device,
      by: user.username,
      recorded_by: recordedBy(scan) === user.username ? null : recordedBy(scan),
      nonce: scan.nonce,
      first: attendee?.event_id === event._id ? entryOf(attendee) : null,
      uploaded_at: now,
    };
    return { nonce: scan.nonce, reason, attendee, conflict };
  });

  const fresh = outcomes.flatMap(({ conflict }) => (conflict && !known.has(conflict._id) ? [conflict] : []));
  await keep(gateway, fresh);
  await record(
    gateway.store,
    outcomes.map(({ nonce, reason, attendee, conflict }, i) => {
      const { scan, at, ticket } = reads[i] as Read;
      const by = recordedBy(scan);
      const action = conflict ? 'checkin.conflict' : 'checkin.accepted';
      return doorEntry(attendee, call, {
        id: scanEntryId(action, { event: event._id, ticket, by, nonce }),
        action,
        event_id: event._id,
        facts: {
          ...{ reason, offline: true, scanned_at: at.toISOString() },
          ...(gate !== null && { gate }),
          ...(by !== user.username && { recorded_by: by }),
        },
      });
    }),
  );
  gateway.metrics.checkins.inc({ reason: 'ok' }, entered);
  for (const { reason } of fresh) gateway.metrics.conflicts.inc({ reason });
  if (fresh.length > 0)
    call.log.warn(
      { event_id: event._id, conflicts: fresh.length, uploaded: scans.length },
      'checkin: a door without network let people in whom the store would have refused',
    );
  return outcomes;
}
