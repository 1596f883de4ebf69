/** Taking a payment by hand: stored as pending, told to ticketing, audited. */
import { z } from 'zod';
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { PAYMENT_ID } from '../../../shared/razorpay/ids.ts';
import type { EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import { STUDENT_FIELDS, type StudentDetails, type StudentField } from '../../../shared/student/fields.ts';
import { cleaned } from '../../../shared/student/notes.ts';
import type { Acting } from '../http/route.ts';
import { line, someText } from '../http/texts.ts';
import { faulty } from '../http/validate.ts';
import { hastenSettling } from '../settling.ts';
import { MANUAL_STATUSES, manualPayment } from './manual.ts';
import { hasBadAddress } from './overrides.ts';

/** Razorpay's own limit, in minor units. */
const MOST = 99_999_999_999;

export const newPaymentBody = z.strictObject({
  event_id: z.int().positive(),
  amount: z.int().min(0).max(MOST).describe('Minor units.'),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'must be three letters, like INR')
    .toUpperCase()
    .optional()
    .describe('The event’s, unless said otherwise.'),
  customer_name: someText(256),
  customer_email: line(256).nullable().optional(),
  customer_phone: line(256).nullable().optional(),
  status: z.enum(MANUAL_STATUSES).default('captured'),
  razorpay_payment_id: z
    .string()
    .regex(PAYMENT_ID, 'must be pay_ with 14 letters or digits')
    .nullable()
    .optional()
    .describe('Only a reference, until Razorpay tells of it.'),
  details: z
    .strictObject(
      Object.fromEntries(STUDENT_FIELDS.map((field) => [field, line(256).optional()])) as Record<
        StudentField,
        z.ZodOptional<ReturnType<typeof line>>
      >,
    )
    .optional()
    .describe('More of the student; what is missing is held as incomplete, and can be set later.'),
});
type NewPayment = z.output<typeof newPaymentBody>;

function detailsOf({ customer_name, customer_email, customer_phone, details = {} }: NewPayment): StudentDetails {
  const all = { ...details, name: customer_name, email: customer_email, phone: customer_phone };
  const said: StudentDetails = {};
  for (const field of STUDENT_FIELDS) {
    const value = cleaned(all[field] ?? details[field] ?? '');
    if (value !== undefined) said[field] = value;
  }
  return said;
}

/** @throws Problem 409, 422 */
export async function takePayment(asked: NewPayment, { gateway, user, correlationId }: Acting): Promise<PaymentDoc> {
  const { store } = gateway;
  const details = detailsOf(asked);
  const event = await store.events.findById(asked.event_id).lean<EventDoc>();
  const faults = [
    ...(event ? [] : [{ field: 'event_id', message: `there is no event ${asked.event_id}` }]),
    ...(details.name === undefined ? [{ field: 'customer_name', message: 'must say who it is' }] : []),
    ...(hasBadAddress({ details }) ? [{ field: 'customer_email', message: 'must be an e-mail address' }] : []),
  ];
  if (!event || faults.length > 0) throw faulty(422, faults);
  const reference = asked.razorpay_payment_id ?? null;
  if (reference !== null && (await store.payments.exists({ _id: reference })))
    throw new Problem(409, {
      detail: `${reference} is here already, from Razorpay; set its event instead: PUT /api/payments/${reference}`,
    });
  const { event_id, amount, status, currency = event.currency } = asked;
  const doc = manualPayment({ event_id, amount, currency, status, reference, details }, user.username, {
    now: new Date(),
    correlationId,
  });
  try {
    await store.payments.create(doc);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Problem(
      409,
      { detail: `another payment taken by hand refers to ${reference} already` },
      { cause: error },
    );
  }
  // By the id that settling gives it, so that it is one entry.
  await record(store, [
    {
      id: `${doc._id}:created`,
      action: 'payment.created',
      actor: user.username,
      subject: `payment:${doc._id}`,
      payment_id: doc._id,
      event_id,
      correlation_id: correlationId,
      facts: { source: 'desk', status },
    },
  ]);
  await hastenSettling(gateway, { payment_id: doc._id }, correlationId);
  return (await store.payments.findById(doc._id).lean<PaymentDoc>()) ?? doc;
}
