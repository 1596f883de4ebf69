/** What the API says of a payment. Amounts in minor units; Razorpay's names keep Razorpay's meaning. */
import { z } from 'zod';
import { FLAGS, HOLD_REASONS, OUTCOME_KINDS } from '../../../shared/outcome.ts';
import { SOURCES } from '../../../shared/razorpay/observation.ts';
import { MAIL_KINDS, MAIL_STATES, TICKET_END_REASONS } from '../../../shared/store/documents.ts';
import { STUDENT_FIELDS } from '../../../shared/student/fields.ts';
import { nullable } from '../http/nullable.ts';

const at = z.iso.datetime();
const text = z.string().nullable();
const seconds = z.int().describe('Seconds since 1970, Razorpay’s clock.');

/** A payment as Razorpay tells it. */
export const razorpayFacts = {
  amount: z.int(),
  currency: z.string(),
  status: z.string().describe('created, authorized, captured, refunded or failed.'),
  order_id: text,
  method: text,
  amount_refunded: z.int(),
  refund_status: text,
  captured: z.boolean(),
  description: text,
  email: text,
  contact: text,
  notes: z.record(z.string(), z.string()),
  fee: z.int().nullable(),
  tax: z.int().nullable(),
  error_code: text,
  error_reason: text,
  rrn: text.describe('The UTR a student can show.'),
  created_at: seconds,
};

export const razorpayPayment = z.strictObject({ id: z.string(), ...razorpayFacts }).meta({ id: 'RazorpayPayment' });

const details = z
  .strictObject(
    Object.fromEntries(STUDENT_FIELDS.map((field) => [field, z.string().optional()])) as Record<
      (typeof STUDENT_FIELDS)[number],
      z.ZodOptional<z.ZodString>
    >,
  )
  .meta({ id: 'StudentDetails' });

const ticket = z
  .strictObject({
    id: z.string(),
    issue: z.int(),
    state: z.enum(['valid', 'checked_in', 'revoked']),
    issued_at: at,
    revoked_at: at.nullable(),
    revoked_reason: z.enum(TICKET_END_REASONS).nullable(),
  })
  .meta({ id: 'Ticket' });

const attendee = z
  .strictObject({
    id: z.int(),
    event_id: z.int().describe('The event that its ticket is for.'),
    name: text,
    roll_number: text,
    email: text,
    live: z.boolean().describe('Holds a seat and a valid ticket.'),
    seat: z.int().nullable(),
    checked_in: z.boolean(),
    checked_in_at: at.nullable(),
    checked_in_by: text,
    ticket,
  })
  .meta({ id: 'PaymentAttendee' });

const mail = z
  .strictObject({
    id: z.string(),
    kind: z.enum(MAIL_KINDS),
    state: z.enum(MAIL_STATES),
    attempts: z.int().describe('Sends that were refused for now; a server that is down counts for none.'),
    error: text,
    due_at: at.nullable(),
    sent_at: at.nullable().describe('When it went out last; it may be owed once more since.'),
  })
  .meta({ id: 'Mail' });

const refund = z
  .strictObject({ id: z.string(), amount: z.int(), currency: text, status: z.string(), created_at: seconds })
  .meta({ id: 'Refund' });
const dispute = z
  .strictObject({
    id: z.string(),
    amount: z.int(),
    currency: text,
    status: z.string(),
    phase: text,
    reason_code: text,
    created_at: seconds,
  })
  .meta({ id: 'Dispute' });

const overrides = z
  .strictObject({
    event_id: z.int().nullable(),
    details,
    ours: z.boolean(),
    released: z.array(z.enum(HOLD_REASONS)),
  })
  .meta({ id: 'Overrides', description: 'What people decided; it beats the notes.' });

export const paymentShape = {
  id: z.string(),
  razorpay_payment_id: text.describe(
    'The same as id; of a payment taken by hand what was given as its reference, which counts for nothing until `manual.confirmed`.',
  ),
  manual: z
    .strictObject({
      taken_by: z.string(),
      confirmed: z.boolean().describe('Razorpay has told of the payment that it refers to, which counts by itself.'),
    })
    .nullable()
    .describe('Taken by hand.'),
  ...nullable(razorpayFacts),
  qr_code_id: text,
  customer_name: text,
  customer_email: text,
  customer_phone: text,
  details: details.nullable().describe('As they counted when it was settled last.'),
  event: z.strictObject({ id: z.int(), name: z.string() }).nullable(),
  attendee: attendee.nullable(),
  mail: mail.nullable().describe('The mail with its current ticket, or the cancellation that followed it.'),
  outcome: z.enum(OUTCOME_KINDS).nullable().describe('Null: never settled yet.'),
  outcome_since: at.nullable(),
  reason: z.enum(HOLD_REASONS).nullable().describe('Why it is held.'),
  reason_text: text,
  about: z
    .strictObject({
      missing: z.array(z.string()).optional().describe('incomplete_details: the fields that are missing.'),
      other_payment_id: z.string().optional().describe('duplicate_payment: where the live ticket came from.'),
      price: z.int().optional().describe('underpaid: the price in force when it was paid.'),
      event_note: z.string().optional().describe('unassigned_event: what the notes call the event.'),
    })
    .nullable()
    .describe('What is known about the hold.'),
  action: text.describe('What resolves it.'),
  releasable: z.boolean().describe('"release": true lets it through.'),
  flags: z.array(z.enum(FLAGS)),
  pending: z.boolean().describe('Its effects are not done yet; the outcome may change.'),
  error: text.describe('Why settling failed last.'),
  overrides,
  refunds: z.array(refund),
  disputes: z.array(dispute),
  redacted: z.boolean().describe('Its personal data was erased.'),
  redacted_at: at.nullable(),
  stripped: z.boolean().describe('Stored without personal data, as it is not ours: notes have their keys only.'),
  first_seen_at: at,
  first_source: z.enum([...SOURCES, 'desk']).describe('desk: taken by hand.'),
  checked_at: at.nullable().describe('When the sweep last asked Razorpay for it by id.'),
};

export const paymentAnswer = z.strictObject(paymentShape).meta({ id: 'Payment' });

const timelineEntry = z
  .strictObject({
    at,
    action: z.string(),
    actor: z.string(),
    subject: z.string(),
    correlation_id: text,
    facts: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

export const paymentWithTimeline = z
  .strictObject({
    ...paymentShape,
    mails: z.array(mail),
    timeline: z.array(timelineEntry).describe('From the audit trail, oldest first.'),
  })
  .meta({ id: 'PaymentWithTimeline' });
