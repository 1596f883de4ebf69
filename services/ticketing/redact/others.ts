/**
 * The same student's other payments, which hold the same notes: tries that failed, what was paid back, what is held. Whoever is
 * forgotten is forgotten there, too; but for one whose ticket is good.
 */
import type { OutcomeKind } from '../../../shared/outcome.ts';
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { studentKey } from '../../../shared/student/key.ts';

export type Other = Pick<PaymentDoc, '_id' | 'outcome' | 'payment'>;

/** Foreign ones hold nothing of anybody. */
const WITHOUT_TICKET: OutcomeKind[] = ['held', 'awaiting', 'revoked'];
const OTHER = { outcome: 1, details: 1, 'payment.value.status': 1 } as const;

/** Whether a payment's student is this one. The desk may not have asked for the college. */
function isSame(key: string, handMade: boolean, { details }: PaymentDoc): boolean {
  const its = studentKey(details ?? {});
  return its === key || (handMade && key.endsWith('|') && its?.startsWith(key) === true);
}

/** Paid for the same event by the same student: a look through that event's payments. */
async function ofStudent(store: Store, payment: PaymentDoc | null, attendee: AttendeeDoc | null): Promise<Other[]> {
  const key = payment ? studentKey(payment.details ?? {}) : (attendee?.student_key ?? null);
  const event_id = payment ? payment.event_id : (attendee?.event_id ?? null);
  if (key === null || event_id === null) return [];
  const found = await store.payments
    .find({ event_id, redacted_at: null, 'outcome.kind': { $in: WITHOUT_TICKET } }, OTHER)
    .lean<PaymentDoc[]>();
  return found.filter((one) => isSame(key, payment === null, one));
}

/** Tries to pay the same order. */
function ofOrder(store: Store, orderId: string | null | undefined): Promise<Other[]> | Other[] {
  if (!orderId) return [];
  return store.payments
    .find(
      {
        'payment.value.order_id': orderId,
        redacted_at: null,
        $or: [{ outcome: null }, { 'outcome.kind': { $in: WITHOUT_TICKET } }],
      },
      OTHER,
    )
    .lean<Other[]>();
}

export async function othersOf(
  store: Store,
  payment: PaymentDoc | null,
  attendee: AttendeeDoc | null,
): Promise<Other[]> {
  const found = await Promise.all([
    ofStudent(store, payment, attendee),
    ofOrder(store, payment?.payment?.value.order_id),
  ]);
  const others = new Map(found.flat().map((one) => [one._id, one]));
  if (payment) others.delete(payment._id);
  if (others.size === 0) return [];
  const good = await store.attendees
    .find({ payment_id: { $in: [...others.keys()] }, live: true }, { payment_id: 1 })
    .lean();
  for (const { payment_id } of good) others.delete(payment_id ?? '');
  return [...others.values()];
}
