import type { PaymentDoc } from '../store/documents.ts';
import { observedAt } from './version.ts';

/** Razorpay said it does not know the payment, after everything else that was seen of it. */
export function isAbsent({ payment, absence }: Pick<PaymentDoc, 'payment' | 'absence'>): boolean {
  if (!absence) return false;
  return !payment || observedAt(absence.version) > observedAt(payment.version);
}
