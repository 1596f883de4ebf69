import type { AttendeeDoc, RedactedBy } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { pendingBy } from '../by-hand/finish.ts';
import { NOBODY } from './fields.ts';

/** Marks and empties an attendee without a payment; the rest follows by `finishByHand`. Null: it was before, or has a payment now. */
export const redactHandMade = (
  store: Store,
  id: number,
  by: RedactedBy,
  now = new Date(),
): Promise<AttendeeDoc | null> =>
  store.attendees
    .findOneAndUpdate(
      { _id: id, payment_id: null, redacted_at: null },
      {
        $set: {
          ...NOBODY,
          redacted_at: now,
          redacted_by: by,
          pending: pendingBy({ by: by.by, correlationId: by.correlation_id }, now),
        },
      },
      { returnDocument: 'after' },
    )
    .lean<AttendeeDoc>();
