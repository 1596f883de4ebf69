/** A ticket is taken away, after a refund or by hand: it cannot be scanned any more and its seat is free (P4). Safe to do again. */
import type { AttendeeDoc, PendingByHand } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** Compare-and-set on the document that a check-in also compares: the two cannot cross. */
export async function revokeTicket(
  store: Store,
  attendee: AttendeeDoc,
  now: Date,
  /** Whose wish it was, where not a refund's. */
  byHand?: PendingByHand,
): Promise<{ attendee: AttendeeDoc; revoked: boolean }> {
  if (!attendee.live) return { attendee, revoked: false };
  const updated = await store.attendees
    .findOneAndUpdate(
      { _id: attendee._id, 'ticket.id': attendee.ticket.id, live: true },
      {
        $set: {
          live: false,
          'ticket.revoked_at': now,
          'ticket.revoked_reason': byHand ? 'by_hand' : 'refunded',
          ...(byHand && { pending: byHand }),
        },
      },
      { returnDocument: 'after' },
    )
    .lean();
  if (updated) return { attendee: updated, revoked: true };
  const latest = await store.attendees.findOne({ _id: attendee._id }).lean();
  if (!latest) throw new Error('the attendee vanished while its ticket was revoked');
  return revokeTicket(store, latest, now, byHand);
}
