/**
 * What the store has known for a while must stand in Razorpay's list of that time. Where it does not, Razorpay is asked by
 * id: if it has the payment, its list leaves things out, and perhaps others that nobody here knows of. A list that comes
 * back empty or short all the way must not pass for a look at everything (P7).
 */
import { InconsistentList } from '../listing.ts';
import { asked, concernsOnly, type Sweep } from '../sweep.ts';
import type { Window } from '../window.ts';

/** Lists show a payment minutes late; this much later they do. */
const LISTED_WITHIN_MS = 15 * 60_000;
/** More would only say the same once more. */
const ASK_AT_MOST = 3;

/** @throws InconsistentList */
export async function compareWithKnown(sweep: Sweep, { from, to }: Window): Promise<void> {
  const known = sweep.store.payments
    .find(
      {
        'payment.value.status': { $in: ['captured', 'refunded'] },
        'payment.value.created_at': { $gte: from, $lte: to - LISTED_WITHIN_MS / 1_000 },
        manual: null,
        first_seen_at: { $lt: new Date(Date.now() - LISTED_WITHIN_MS) },
      },
      { _id: 1 },
    )
    .lean()
    .cursor();
  const missing: string[] = [];
  for await (const { _id } of known) {
    if (!sweep.seen.has(_id)) missing.push(_id);
    if (missing.length === ASK_AT_MOST) break;
  }
  for (const id of missing) {
    try {
      await sweep.razorpay.payment(id, asked(sweep));
    } catch (error) {
      if (!(await concernsOnly(sweep, id, error))) throw error;
      sweep.log.warn({ payment_id: id }, 'sweep: Razorpay has lost a payment, in its list and by its id');
      continue;
    }
    throw new InconsistentList("Razorpay's list is inconsistent: it leaves out payments that Razorpay has");
  }
}
