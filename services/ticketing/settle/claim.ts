/**
 * Claims: who settles a payment at the moment. A claim is taken in the join's own round trip, or here; it ends with
 * the settling, or by itself. It spares replicas the same work. It is no lock: what makes effects safe is that each
 * has a natural key, and that finishing is conditional on `rev` and on the claim.
 */
import { randomUUID } from 'node:crypto';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Claim } from '../join/pipeline.ts';

/** Longer than a settling with a slow look-up at Razorpay takes. */
export const CLAIM_MS = 45_000;
/** Effects are not begun in the claim's last part. */
const CLAIM_MARGIN_MS = 10_000;

export const newClaim = (now = new Date()): Claim => ({
  token: randomUUID(),
  until: new Date(now.getTime() + CLAIM_MS),
});

export const holds = (payment: PaymentDoc, claim: Claim): boolean =>
  payment.pending && payment.settling?.token === claim.token;

/** Somebody else may have taken it, or soon will: a process that was stopped and woke up must ask before it does anything. */
export const nearlyOver = (until: Date, now = new Date()): boolean => now.getTime() > until.getTime() - CLAIM_MARGIN_MS;

const free = (now: Date) => [{ settling: null }, { 'settling.until': { $lte: now } }];

/** Claims this payment, which becomes pending if it was not. Null: unknown, or somebody settles it already. */
export async function claimPayment(
  store: Store,
  paymentId: string,
  now = new Date(),
): Promise<{ payment: PaymentDoc; claim: Claim } | null> {
  const claim = newClaim(now);
  const payment = await store.payments
    .findOneAndUpdate(
      { _id: paymentId, $or: free(now) },
      { $set: { settling: claim, pending: true, pending_since: now } },
      { returnDocument: 'after' },
    )
    .lean();
  return payment && { payment, claim };
}

/** Claims the next payment that is pending since before `since`, or whose retry is due by `dueBy`. */
export async function claimPending(
  store: Store,
  since: Date,
  dueBy: Date,
): Promise<{ payment: PaymentDoc; claim: Claim } | null> {
  const now = new Date();
  const claim = newClaim(now);
  const payment = await store.payments
    .findOneAndUpdate(
      {
        pending: true,
        $and: [
          { $or: free(now) },
          { $or: [{ next_at: { $lte: dueBy } }, { next_at: null, pending_since: { $lte: since } }] },
        ],
      },
      { $set: { settling: claim } },
      { returnDocument: 'after', sort: { pending_since: 1 } },
    )
    .lean();
  return payment && { payment, claim };
}

/** Takes the payment as it is now and keeps the claim. Null: the claim was lost. */
export function renewClaim(store: Store, paymentId: string, claim: Claim): Promise<PaymentDoc | null> {
  return store.payments
    .findOneAndUpdate(
      { _id: paymentId, 'settling.token': claim.token },
      { $set: { 'settling.until': newClaim().until } },
      { returnDocument: 'after' },
    )
    .lean();
}
