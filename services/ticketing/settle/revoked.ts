/** A ticket is taken away, after a refund or by hand: it cannot be scanned any more and its seat is free (P4). Safe to do again. */
import type { AttendeeDoc, PendingByHand } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** Why, and whose wish it was where what follows is theirs, too. */
interface Ending {
  reason: 'refunded' | 'by_hand';
  pending?: PendingByHand | undefined;
}

/**
 * Compare-and-set on the document that a check-in also compares: the two cannot cross. By hand it is for good, also where a
 * refund came first, which may fail.
 */
export async function revokeTicket(
  store: Store,
  attendee: AttendeeDoc,
  now: Date,
  { reason, pending }: Ending = { reason: 'refunded' },
): Promise<{ attendee: AttendeeDoc; revoked: boolean }> {
  const { live, ticket } = attendee;
  if (!live && !(reason === 'by_hand' && ticket.revoked_reason === 'refunded')) return { attendee, revoked: false };
  const updated = await store.attendees
    .findOneAndUpdate(
      { _id: attendee._id, 'ticket.id': ticket.id, live, ...(!live && { 'ticket.revoked_reason': 'refunded' }) },
      {
        $set: {
          ...(live && { live: false, 'ticket.revoked_at': now }),
          'ticket.revoked_reason': reason,
          ...(pending && { pending }),
        },
      },
      { returnDocument: 'after' },
    )
    .lean();
  if (updated) return { attendee: updated, revoked: true };
  const latest = await store.attendees.findOne({ _id: attendee._id }).lean();
  if (!latest) throw new Error('the attendee vanished while its ticket was revoked');
  return revokeTicket(store, latest, now, { reason, pending });
}
