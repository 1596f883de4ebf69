/** A check-in without a ticket in sight: a person was found by name or roll number. The same rules as for a scan. */
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import type { SignedIn } from '../http/route.ts';
import type { CheckinResult } from './check-in.ts';
import type { Deps } from './examine.ts';
import { isSameScan, letIn } from './let-in.ts';
import { type CheckinReason, eventRefusal, standing } from './reasons.ts';
import { visibleAttendee } from './visible.ts';

export async function checkInByHand(
  deps: Deps,
  asked: { attendeeId: number; gate: string | null; nonce: string | null; user: SignedIn },
): Promise<CheckinResult> {
  const { attendee, event } = await visibleAttendee(deps, asked.user, asked.attendeeId);
  const now = new Date();
  const result = (reason: CheckinReason, of: AttendeeDoc, repeated = false): CheckinResult => ({
    reason,
    attendee: of,
    event: event as EventDoc,
    claims: { ticket: of.ticket.id, event: of.event_id },
    repeated,
  });
  const arrival = { at: now, by: asked.user.username, gate: asked.gate, nonce: asked.nonce };
  const refused = (of: AttendeeDoc): CheckinResult | null => {
    const stands = standing(of);
    if (['already_checked_in', 'ok'].includes(stands) && isSameScan(of, arrival)) return result('ok', of, true);
    if (stands !== 'ok') return result(stands, of);
    const refusal = eventRefusal(event, now);
    return refusal && result(refusal, of);
  };
  const before = refused(attendee);
  if (before) return before;
  const { filter, update } = letIn({ attendeeId: attendee._id }, arrival);
  const accepted = await deps.store.attendees
    .findOneAndUpdate({ ...filter, event_id: attendee.event_id }, update, { returnDocument: 'after' })
    .lean<AttendeeDoc>();
  if (accepted) return result('ok', accepted);
  // Moved to another event meanwhile: that is no business of this door.
  const { _id, event_id } = attendee;
  const latest = (await deps.store.attendees.findOne({ _id, event_id }).lean<AttendeeDoc>()) ?? attendee;
  return refused(latest) ?? result('revoked', latest);
}
