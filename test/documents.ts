/** Stored documents for tests of pure decisions: valid ones, changed where a test says so. */
import { type PaymentFacts, paymentFacts } from '../shared/razorpay/facts.ts';
import type { Register } from '../shared/razorpay/observation.ts';
import { digest, paymentRank, version } from '../shared/razorpay/version.ts';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../shared/store/documents.ts';

export const NOW = 1_795_000_600;
export const PAID_AT = 1_795_000_000;

export const STUDENT = {
  name: 'Asha Rao',
  roll_number: '21CS042',
  college_name: 'Example Institute',
  department: 'CSE',
  phone: '9800000001',
  emergency_contact_number: '9800000002',
  email: 'asha@example.edu',
};

/** Razorpay's payment entity as facts. */
export const facts = (change: Record<string, unknown> = {}): PaymentFacts =>
  paymentFacts({
    id: 'pay_AAAAAAAAAAAAAA',
    amount: 29_900,
    currency: 'INR',
    status: 'captured',
    captured: true,
    email: 'void@razorpay.com',
    contact: '+919800000001',
    notes: STUDENT,
    created_at: PAID_AT,
    ...change,
  });

export function register<T extends object>(value: T, observedAt = PAID_AT + 3, rank = 0): Register<T> {
  const of = digest(value);
  return { version: version(rank, observedAt, 0, of), digest: of, value };
}

/** A stored payment; `entity` changes what Razorpay says, `change` the document. */
export function paymentDoc(entity: Record<string, unknown> = {}, change: Partial<PaymentDoc> = {}): PaymentDoc {
  const value = facts(entity);
  return {
    _id: value.id,
    payment: register(value, PAID_AT + 3, paymentRank(value)),
    rev: 1,
    pending: true,
    attempts: 0,
    first_seen_at: new Date(PAID_AT * 1_000),
    first_source: 'webhook',
    changed_by: {
      observation: 'o',
      source: 'webhook',
      event: null,
      correlation_id: 'c',
      at: new Date(PAID_AT * 1_000),
    },
    flags: [],
    event_id: null,
    attendee_id: null,
    details: null,
    ...change,
  };
}

export function eventDoc(change: Partial<EventDoc> = {}): EventDoc {
  const created = new Date((PAID_AT - 86_400) * 1_000);
  return {
    _id: 1,
    name: 'Fest',
    slug: null,
    description: null,
    date: new Date((PAID_AT + 86_400) * 1_000),
    ends_at: null,
    venue: null,
    doors_open_at: null,
    doors_close_at: null,
    closes_at: null,
    closed_at: null,
    timezone: 'Asia/Kolkata',
    currency: 'INR',
    prices: [{ amount: 29_900, from: created }],
    capacity: null,
    razorpay_qr_id: null,
    status: 'open',
    created_at: created,
    created_by: 'admin',
    updated_at: created,
    ...change,
  };
}

export function attendeeDoc(change: Partial<AttendeeDoc> = {}): AttendeeDoc {
  const at = new Date((PAID_AT + 5) * 1_000);
  return {
    _id: 7,
    event_id: 1,
    payment_id: 'pay_AAAAAAAAAAAAAA',
    live: true,
    student_key: '21CS042|EXAMPLEINSTITUTE',
    seat: 1,
    details: STUDENT,
    email: 'asha@example.edu',
    ticket: { id: 'ticket', event_id: 1, issue: 1, issued_at: at, revoked_at: null, revoked_reason: null },
    past_tickets: [],
    checked_in_at: null,
    checked_in_by: null,
    created_at: at,
    ...change,
  };
}
