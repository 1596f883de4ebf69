/** Merging an observation into the store: one round trip. */
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { type Claim, joinPipeline } from './pipeline.ts';

/**
 * Joins `observation` and returns the payment as it is then. `claim` is taken if the payment is pending and nobody
 * settles it (`settling.token` tells).
 */
export async function joinObservation(
  store: Pick<Store, 'payments'>,
  observation: Observation,
  claim: Claim,
  now = new Date(),
): Promise<PaymentDoc> {
  const pipeline = joinPipeline(observation, claim, now);
  for (;;) {
    try {
      const doc = await store.payments
        .findOneAndUpdate({ _id: observation.payment_id }, pipeline, {
          upsert: true,
          returnDocument: 'after',
          updatePipeline: true,
        })
        .lean();
      if (doc) return doc;
    } catch (error) {
      // Two first sights at once: the other one made the document. That is no sign of staleness; join again.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
