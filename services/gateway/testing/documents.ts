/** Stored documents as ticketing writes them, for tests of what the gateway makes of them. */

import type { PaymentFacts } from '../../../shared/razorpay/facts.ts';
import { digest } from '../../../shared/razorpay/version.ts';
import { paymentWords } from '../../../shared/search.ts';
import type { AttendeeDoc, ClubDoc, EventDoc, MailDoc, PaymentDoc, UserDoc } from '../../../shared/store/documents.ts';

/** Who runs the events of tests, and works at their doors: `the-organizer` and `the-staff` of a test gateway. */
export const PEOPLE = { club: 901, organizer: 902, staff: 903 };

const NOW = new Date('2026-11-20T10:00:00Z');

/** A payment id from a small number. */
export const payId = (n: number): string => `pay_${String(n).padStart(14, '0')}`;

export const facts = (n: number, more: Partial<PaymentFacts> = {}): PaymentFacts => ({
  id: payId(n),
  amount: 29_900,
  currency: 'INR',
  status: 'captured',
  order_id: null,
  method: 'upi',
  amount_refunded: 0,
  refund_status: null,
  captured: true,
  description: null,
  email: 'void@razorpay.com',
  contact: '+919800000001',
  notes: [{ key: 'name', value: 'Asha Rao' }],
  fee: 706,
  tax: 108,
  error_code: null,
  error_reason: null,
  rrn: '600000000001',
  created_at: 1_795_000_000 + n,
  ...more,
});

export const payment = (n: number, more: Partial<PaymentDoc> = {}, seen: Partial<PaymentFacts> = {}): PaymentDoc => {
  const value = facts(n, seen);
  const doc: PaymentDoc = {
    _id: value.id,
    payment: { version: '3', digest: digest(value), value },
    rev: 1,
    pending: false,
    attempts: 0,
    first_seen_at: NOW,
    first_source: 'webhook',
    changed_by: { observation: 'evt', source: 'webhook', event: 'payment.captured', correlation_id: 'c', at: NOW },
    outcome: { kind: 'ticketed', reason: null, since: NOW },
    flags: [],
    event_id: 1,
    attendee_id: null,
    details: { name: 'Asha Rao', roll_number: `R${n}`, emergency_contact_number: '9800000002', phone: '9800000001' },
    ...more,
  };
  return { ...doc, words: paymentWords(doc) };
};

export const attendee = (n: number, more: Partial<AttendeeDoc> = {}): AttendeeDoc => ({
  _id: n,
  event_id: 1,
  payment_id: payId(n),
  live: true,
  student_key: `R${n}|`,
  seat: n,
  details: { name: 'Asha Rao', roll_number: `R${n}`, emergency_contact_number: '9800000002' },
  email: 'asha@example.edu',
  ticket: { id: `ticket-${n}`, event_id: 1, issue: 1, issued_at: NOW, revoked_at: null, revoked_reason: null },
  past_tickets: [],
  checked_in_at: null,
  checked_in_by: null,
  created_at: NOW,
  ...more,
});

export const ticketMail = (n: number, more: Partial<MailDoc> = {}): MailDoc => ({
  _id: `${n}:ticket:1`,
  attendee_id: n,
  event_id: 1,
  payment_id: payId(n),
  kind: 'ticket',
  issue: 1,
  ticket_id: `ticket-${n}`,
  state: 'sent',
  priority: 1,
  to: 'asha@example.edu',
  message_id: `<${n}@example.edu>`,
  due_at: NOW,
  attempts: 0,
  lease: null,
  unconfirmed: 0,
  error: null,
  correlation_id: 'c',
  paid_at: NOW,
  created_at: NOW,
  sent_at: NOW,
  ...more,
});

export const event = (id: number, more: Partial<EventDoc> = {}): EventDoc => ({
  _id: id,
  name: `Event ${id}`,
  slug: null,
  description: null,
  date: NOW,
  ends_at: null,
  venue: null,
  doors_open_at: null,
  doors_close_at: null,
  closes_at: null,
  closed_at: null,
  timezone: 'Asia/Kolkata',
  currency: 'INR',
  prices: [],
  capacity: null,
  razorpay_qr_id: null,
  status: 'open',
  club_id: PEOPLE.club,
  staff: [PEOPLE.staff],
  created_at: NOW,
  created_by: 'admin',
  updated_at: NOW,
  ...more,
});

/** The club of `the-organizer`. */
export const club = (id = PEOPLE.club, more: Partial<ClubDoc> = {}): ClubDoc => ({
  _id: id,
  name: `Club ${id}`,
  name_key: `club ${id}`,
  description: null,
  email: null,
  phone: null,
  active: true,
  created_at: NOW,
  created_by: 'admin',
  updated_at: NOW,
  ...more,
});

/** `the-organizer` or `the-staff`. Without a password that would let one in. */
export const user = (role: 'organizer' | 'staff', more: Partial<UserDoc> = {}): UserDoc => ({
  _id: PEOPLE[role],
  username: `the-${role}`,
  username_key: `the-${role}`,
  email: null,
  full_name: null,
  password: '',
  role,
  club_id: role === 'organizer' ? PEOPLE.club : null,
  disabled: false,
  created_at: NOW,
  created_by: 'admin',
  ...more,
});
