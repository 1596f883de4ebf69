/**
 * What the store has known for a while must stand in Razorpay's list of that time. Where it does not, Razorpay is asked by
 * id: if it has the payment, its list leaves things out, and perhaps others that nobody here knows of. A list that comes
 * back empty or short all the way must not pass for a look at everything (P7). What Razorpay does not know by its id either
 * was never paid there, or it has lost it: that is told, and the payment is held.
 */
import { isAbsent } from '../../../../shared/razorpay/absence.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { NotAtRazorpay } from '../../razorpay/errors.ts';
import { InconsistentList } from '../listing.ts';
import { asked, concernsOnly, MOST_BY_ID, type Sweep, tellAbsent } from '../sweep.ts';
import type { Window } from '../window.ts';

/** Lists show a payment minutes late; this much later they do. */
const LISTED_WITHIN_MS = 15 * 60_000;

type Known = Pick<PaymentDoc, '_id' | 'payment' | 'absence'>;

/** Known here for a while and in no list, though Razorpay has never said that it does not know them. */
async function missing(sweep: Sweep, { from, to }: Window): Promise<string[]> {
  const known = sweep.store.payments
    .find(
      {
        'payment.value.status': { $in: ['captured', 'refunded'] },
        'payment.value.created_at': { $gte: from, $lte: to - LISTED_WITHIN_MS / 1_000 },
        manual: null,
        first_seen_at: { $lt: new Date(Date.now() - LISTED_WITHIN_MS) },
      },
      { 'payment.version': 1, 'absence.version': 1 },
    )
    .lean<Known[]>()
    .cursor();
  const ids: string[] = [];
  for await (const doc of known as AsyncIterable<Known>) {
    if (!sweep.seen.has(doc._id) && !sweep.odd.has(doc._id) && !isAbsent(doc)) ids.push(doc._id);
    if (ids.length === MOST_BY_ID) break;
  }
  return ids;
}

/** @throws InconsistentList */
export async function compareWithKnown(sweep: Sweep, window: Window): Promise<void> {
  for (const id of await missing(sweep, window)) {
    try {
      await sweep.razorpay.payment(id, asked(sweep));
    } catch (error) {
      if (!(await concernsOnly(sweep, id, error))) throw error;
      if (error instanceof NotAtRazorpay) {
        sweep.log.warn({ payment_id: id }, 'sweep: Razorpay has lost a payment, in its list and by its id');
        await tellAbsent(sweep, id, error);
      }
      continue;
    }
    throw new InconsistentList("Razorpay's list is inconsistent: it leaves out payments that Razorpay has");
  }
}
