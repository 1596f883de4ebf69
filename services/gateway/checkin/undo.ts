/** Taking a check-in back: the ticket is good again, and who did it, and why, stays on the attendee. */
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc, UndoReason } from '../../../shared/store/documents.ts';
import type { SignedIn } from '../http/route.ts';
import type { Deps } from './examine.ts';
import { visibleAttendee } from './visible.ts';

export interface Undo {
  attendeeId: number;
  reason: UndoReason;
  note: string | null;
  user: SignedIn;
}

/** Compare-and-set: the check-in that was seen is the one taken back. @throws Problem 404, 409 */
export async function undoCheckIn(deps: Deps, { attendeeId, reason, note, user }: Undo) {
  const { attendee, event } = await visibleAttendee(deps, user, attendeeId);
  const { checked_in_at: at, checked_in_by: by, checked_in_gate, checked_in_nonce } = attendee;
  if (!at) throw new Problem(409, { detail: 'they are not in: there is no check-in to take back' });
  const [gate, nonce] = [checked_in_gate ?? null, checked_in_nonce ?? null];
  // Words about somebody whose data was erased are not kept, nor where that happens at this very moment.
  const kept = attendee.redacted_at ? null : note;
  const past = {
    at,
    by: by ?? 'somebody',
    gate,
    nonce,
    undone_at: new Date(),
    undone_by: user.username,
    reason,
    note: kept,
  };
  const undone = await deps.store.attendees
    .findOneAndUpdate(
      { _id: attendee._id, checked_in_at: at, checked_in_nonce: nonce, ...(kept !== null && { redacted_at: null }) },
      {
        $set: { checked_in_at: null, checked_in_by: null, checked_in_gate: null, checked_in_nonce: null },
        $push: { past_checkins: past },
      },
      { returnDocument: 'after' },
    )
    .lean<AttendeeDoc>();
  if (!undone) throw new Problem(409, { detail: 'somebody else changed this check-in just now; look again' });
  return { attendee: undone, event, past };
}
