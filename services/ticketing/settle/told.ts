/** What a payment tells of its student, beside what is known of them already. */
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { givenDetails, type StudentField } from '../../../shared/student/fields.ts';
import type { Reading } from '../decide/reading.ts';

type Student = Pick<AttendeeDoc, 'details' | 'email'>;

/**
 * What it does not tell stays, as what the desk knew before; but where a person took a correction back, only the payment
 * counts. A name stays: a ticket of nobody cannot be told apart at the door. Pure.
 */
export function toldOf(
  { overrides, redacted_at }: PaymentDoc,
  told: Pick<Reading, 'details' | 'email'>,
  known: Student,
): Student {
  if (redacted_at) return { details: {}, email: null };
  const takenBack = (field: string) => overrides?.details?.[field as StudentField] === '';
  const kept = Object.entries(known.details ?? {}).filter(([field]) => field === 'name' || !takenBack(field));
  return {
    details: givenDetails({ ...Object.fromEntries(kept), ...told.details }),
    email: told.email ?? (takenBack('email') ? null : known.email),
  };
}

/** For a compare-and-set: only while nobody told anything else of them. */
export const asRead = ({ details, email }: Student) => ({ details, email });

/** Pure. */
export function isSame(a: Student, b: Student): boolean {
  const sorted = ({ details }: Student) => JSON.stringify(Object.entries(details ?? {}).sort());
  return sorted(a) === sorted(b) && a.email === b.email;
}

/** What is told of an attendee, with whatever goes with it. Null: it was erased, or has another ticket by now. */
export const writeTold = async (
  store: Store,
  { _id, ticket }: AttendeeDoc,
  change: Student & Partial<Pick<AttendeeDoc, 'student_key'>>,
): Promise<AttendeeDoc | null> =>
  await store.attendees
    .findOneAndUpdate({ _id, redacted_at: null, 'ticket.id': ticket.id }, { $set: change }, { returnDocument: 'after' })
    .lean();

/**
 * A correction reaches the attendee also while the payment is held and the ticket good, or when the ticket is over: mails
 * are still to come. Event, seat, ticket and key stay. Null: it changed at this moment.
 */
export async function tell(
  store: Store,
  payment: PaymentDoc,
  reading: Reading,
  attendee: AttendeeDoc,
): Promise<AttendeeDoc | null> {
  if (payment.redacted_at || attendee.redacted_at) return attendee;
  const told = toldOf(payment, reading, attendee);
  return isSame(told, attendee) ? attendee : await writeTold(store, attendee, told);
}
