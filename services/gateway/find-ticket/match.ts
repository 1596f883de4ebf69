/** Whether a payment is the one that somebody can tell both its reference and its phone of. Pure. */
import type { PaymentDoc } from '../../../shared/store/documents.ts';

/** However a reference is typed: the same one, to count its tries by. */
export const spelling = (reference: string): string => reference.replaceAll(/[\s-]/g, '').toLowerCase().slice(0, 100);

/** The filter for what a student can read off a screenshot: a payment id, or the 12 digits of the UTR. Null: neither. */
export function referenceFilter(typed: string): Record<string, unknown> | null {
  const text = typed.trim();
  // A phone's keyboard begins with a capital.
  const [, id] = /^pay_([A-Za-z0-9]{14})$/i.exec(text) ?? [];
  if (id !== undefined) return { _id: `pay_${id}` };
  const digits = text.replaceAll(/[\s-]/g, '');
  return /^\d{12}$/.test(digits) ? { 'payment.value.rrn': digits } : null;
}

/** Whatever the country code, the spaces and the dashes. Null: too short for a phone. */
export function phoneDigits(typed: string | null | undefined): string | null {
  const digits = (typed ?? '').replaceAll(/\D/g, '');
  return digits.length >= 10 ? digits.slice(-10) : null;
}

/** The phone in the details, in the notes, or the one that it was paid with. */
export function hasPhone({ details, overrides, payment, order }: PaymentDoc, typed: string): boolean {
  const wanted = phoneDigits(typed);
  if (wanted === null) return false;
  const known = [
    details?.phone,
    overrides?.details?.phone,
    payment?.value.contact,
    ...(payment?.value.notes ?? []).map(({ value }) => value),
    ...(order?.value.notes ?? []).map(({ value }) => value),
  ];
  return known.some((one) => phoneDigits(one) === wanted);
}
