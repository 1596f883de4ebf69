/** Payments without the words that they are found by, as a store or a backup from before there were words has them, get theirs. */
import { idWords, paymentWords } from '../../../shared/search.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

const BATCH = 500;
/** What the words are made of. */
const FOUND_BY = { payment: 1, order: 1, qr: 1, refunds: 1, details: 1, redacted_at: 1 } as const;

/** In batches; one question where all have theirs. What comes in meanwhile brings its own. */
export async function addWords(store: Pick<Store, 'payments'>, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const without = await store.payments.find({ words: null }, FOUND_BY).limit(BATCH).lean<PaymentDoc[]>();
    if (without.length === 0) return;
    await store.payments.bulkWrite(
      without.map((payment) => ({
        updateOne: {
          filter: { _id: payment._id, words: null },
          update: { $set: { words: payment.redacted_at ? idWords(payment) : paymentWords(payment) } },
        },
      })),
      { ordered: false },
    );
  }
}
