/** Whether what we store of a payment is what Razorpay says now. Pure. */
import { type PaymentFacts, stripped } from '../../../shared/razorpay/facts.ts';
import type { Register } from '../../../shared/razorpay/observation.ts';
import { digest } from '../../../shared/razorpay/version.ts';

/**
 * The fields that differ, by Razorpay's names. A register without personal data is compared without them; that they
 * changed all the same shows in the digest, and is called `notes`.
 */
export function differences(ours: Register<PaymentFacts>, live: PaymentFacts): (keyof PaymentFacts)[] {
  if (ours.digest === digest(live)) return [];
  const theirs = ours.stripped ? stripped(live) : live;
  const fields = (Object.keys(theirs) as (keyof PaymentFacts)[]).filter(
    (field) => JSON.stringify(theirs[field] ?? null) !== JSON.stringify(ours.value[field] ?? null),
  );
  return fields.length === 0 ? ['notes'] : fields;
}
