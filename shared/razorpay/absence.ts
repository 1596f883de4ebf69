import { observedAt } from './version.ts';

interface Versioned {
  version: string;
}

/** Razorpay said it does not know the payment, after everything else that was seen of it. */
export function isAbsent({ payment, absence }: { payment?: Versioned; absence?: Versioned }): boolean {
  if (!absence) return false;
  return !payment || observedAt(absence.version) > observedAt(payment.version);
}
