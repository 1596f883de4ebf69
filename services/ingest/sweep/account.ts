/**
 * Whether the API key is of the account whose webhooks this store has taken. No answer of the API names its account, but a
 * payment that a signed webhook told of is known by its id to a key of that account, and to no other. Asked once a key.
 */
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { NotAtRazorpay } from '../razorpay/errors.ts';
import { BINDING } from '../webhook/account.ts';
import { asked, type Sweep } from './sweep.ts';

/** The key knows none of the payments that webhooks brought: with it, another account's payments would come in. */
export class WrongAccount extends Error {
  override readonly name = 'WrongAccount';
}

/** One may have gone at Razorpay; several at once have not. */
const WITNESSES = 3;

/** A complete sweep has shown nothing against this key. */
export async function rememberKey({ store }: Pick<Sweep, 'store'>, keyId: string): Promise<void> {
  await store.bindings.updateOne({ _id: BINDING }, { $set: { key_id: keyId } });
}

/** @throws WrongAccount */
export async function checkAccount(sweep: Sweep, keyId: string): Promise<void> {
  const binding = await sweep.store.bindings.findById(BINDING).lean();
  // The first key is believed: there may be nothing yet to ask it about.
  if (!binding?.key_id || binding.key_id === keyId) return;
  const witnesses = await sweep.store.payments
    .find({ first_source: 'webhook', 'payment.value.status': { $in: ['captured', 'refunded'] } }, { _id: 1 })
    .sort({ 'payment.value.created_at': -1 })
    .limit(WITNESSES)
    .lean<Pick<PaymentDoc, '_id'>[]>();
  for (const { _id } of witnesses) {
    try {
      await sweep.razorpay.payment(_id, asked(sweep));
      return await rememberKey(sweep, keyId);
    } catch (error) {
      if (!(error instanceof NotAtRazorpay)) throw error;
    }
  }
  if (witnesses.length > 0)
    throw new WrongAccount(
      'RAZORPAY_KEY_ID is of another account: it knows none of the payments that webhooks brought to this store',
    );
}
