/**
 * What erasing takes and what it leaves: docs/privacy.md as code. Ids, money, states, times and versions stay; the digest
 * too, so that a sweep finds an erased payment unchanged. Pure.
 */
import { stripped } from '../../../shared/razorpay/facts.ts';
import type { Register } from '../../../shared/razorpay/observation.ts';
import { idWords } from '../../../shared/search.ts';
import type { AttendeeDoc, PaymentDoc, RedactedBy } from '../../../shared/store/documents.ts';

/** The registers that can hold personal data, without it. A join may just have advanced a version: that is not written. */
export function strippedRegisters({ payment, order, qr }: Pick<PaymentDoc, 'payment' | 'order' | 'qr'>) {
  const registers: Record<string, Register<object> | undefined> = { payment, order, qr };
  const fields: Record<string, unknown> = {};
  for (const [name, register] of Object.entries(registers)) {
    if (!register) continue;
    fields[`${name}.value`] = stripped(register.value);
    fields[`${name}.stripped`] = true;
  }
  return fields;
}

/** The update of a payment. Pending: what belongs to it is erased by settling it, so that a crash leaves nothing behind. */
export function redactedPayment(payment: PaymentDoc, redacted_by: RedactedBy, now: Date) {
  return {
    $set: {
      ...strippedRegisters(payment),
      redacted_at: now,
      redacted_by,
      details: null,
      words: idWords(payment),
      error: null,
      pending: true,
      pending_since: now,
      next_at: null,
      attempts: 0,
    },
    // What people corrected, and what the notes called the event: somebody's words.
    $unset: { 'overrides.details': 1, 'outcome.about.event_note': 1 },
    $inc: { rev: 1 },
  };
}

/** Of an attendee whom nobody knows any more. */
export const NOBODY = { details: {}, email: null, student_key: null } as const;

/** Nothing is left to erase. */
export const isBare = ({ redacted_at, details, email, student_key, past_checkins }: AttendeeDoc): boolean =>
  Boolean(redacted_at) &&
  Object.keys(details ?? {}).length === 0 &&
  !email &&
  !student_key &&
  (past_checkins ?? []).every(({ note }) => !note);
