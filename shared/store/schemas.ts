/** Mongoose schemas and indexes of the documents. Unknown fields throw: a misspelt one would be dropped in silence. */
import { Schema, type SchemaDefinition } from 'mongoose';
import type {
  ActivityDoc,
  AttendeeDoc,
  BindingDoc,
  ClubDoc,
  ConflictDoc,
  CounterDoc,
  DeadLetterDoc,
  EventDoc,
  MailDoc,
  MailTemplateDoc,
  PaymentDoc,
  ScheduleDoc,
  SessionDoc,
  SweepDoc,
  UserDoc,
} from './documents.ts';

const json = Schema.Types.Mixed;
const options = { strict: 'throw', versionKey: false, minimize: false, autoIndex: false } as const;

const schema = <T>(definition: Record<keyof T, unknown>) =>
  new Schema<T>(definition as SchemaDefinition<T>, options as never) as Schema<T>;

export const payments = schema<PaymentDoc>({
  _id: String,
  payment: json,
  order: json,
  qr: json,
  absence: json,
  refunds: json,
  disputes: json,
  overrides: json,
  manual: { type: json, default: undefined },
  redacted_at: Date,
  redacted_by: { type: json, default: undefined },
  rev: Number,
  pending: Boolean,
  pending_since: Date,
  settling: json,
  attempts: Number,
  next_at: Date,
  error: String,
  first_seen_at: Date,
  first_source: String,
  changed_by: json,
  looked_up_at: Date,
  checked_at: Date,
  outcome: json,
  flags: [String],
  words: { type: [String], default: undefined },
  event_id: Number,
  event_choice: json,
  attendee_id: Number,
  details: json,
});
// Its first field makes it one that a query for what is pending, and no more, is answered by.
payments.index({ pending: 1, pending_since: 1 }, { partialFilterExpression: { pending: true } });
payments.index({ 'payment.value.created_at': -1, _id: -1 });
payments.index({ event_id: 1, 'payment.value.created_at': -1, _id: -1 });
// Who waits for a seat, oldest first: looked at before each seat of a limited event is given.
payments.index(
  { event_id: 1, 'payment.value.created_at': 1, _id: 1 },
  { partialFilterExpression: { 'outcome.reason': 'event_full' } },
);
payments.index({ 'outcome.kind': 1, 'outcome.reason': 1, 'payment.value.created_at': 1, _id: 1 });
payments.index({ 'payment.value.status': 1, 'payment.value.created_at': 1 });
// The sweep looks for pending refunds and open disputes; both are rare, and neither can be indexed by its state.
payments.index(
  { 'payment.value.amount_refunded': 1, 'payment.value.created_at': 1 },
  { partialFilterExpression: { 'payment.value.amount_refunded': { $gt: 0 } } },
);
payments.index({ first_seen_at: 1 }, { partialFilterExpression: { disputes: { $exists: true } } });
payments.index(
  { 'manual.reference': 1 },
  { unique: true, partialFilterExpression: { 'manual.reference': { $gt: '' } } },
);
// What a student at the desk can show.
payments.index({ words: 1 });
// Few have a flag.
payments.index(
  { flags: 1, 'payment.value.created_at': -1, _id: -1 },
  { partialFilterExpression: { 'flags.0': { $exists: true } } },
);
payments.index(
  { 'payment.value.order_id': 1 },
  { partialFilterExpression: { 'payment.value.order_id': { $type: 'string' } } },
);
// What may be due to be redacted: old, and not yet.
payments.index({ redacted_at: 1, 'outcome.kind': 1, 'payment.value.created_at': 1 });
payments.index({ 'qr.value.id': 1 }, { partialFilterExpression: { 'qr.value.id': { $exists: true } } });

const ticket = {
  id: String,
  event_id: Number,
  issue: Number,
  issued_at: Date,
  revoked_at: Date,
  revoked_reason: String,
};

export const attendees = schema<AttendeeDoc>({
  _id: Number,
  event_id: Number,
  payment_id: String,
  live: Boolean,
  student_key: String,
  seat: Number,
  details: json,
  email: String,
  ticket: new Schema(ticket, { _id: false }),
  past_tickets: [new Schema(ticket, { _id: false })],
  checked_in_at: Date,
  checked_in_by: String,
  checked_in_nonce: String,
  checked_in_gate: String,
  past_checkins: { type: [json], default: undefined },
  created_at: Date,
  redacted_at: Date,
  redacted_by: { type: json, default: undefined },
  pending: { type: json, default: undefined },
  changed_at: Date,
});
// Set by every write, whoever writes.
attendees.set('timestamps', { createdAt: false, updatedAt: 'changed_at' });
// `$gt`, for a query by a value implies that, and only then the index serves it; `$type` it does not imply.
attendees.index(
  { payment_id: 1 },
  { name: 'payment', unique: true, partialFilterExpression: { payment_id: { $gt: '' } } },
);
attendees.index(
  { event_id: 1, live: 1, student_key: 1 },
  { name: 'student', unique: true, partialFilterExpression: { live: true, student_key: { $gt: '' } } },
);
attendees.index(
  { event_id: 1, live: 1, seat: 1 },
  { name: 'seat', unique: true, partialFilterExpression: { live: true, seat: { $gt: 0 } } },
);
attendees.index({ 'ticket.id': 1 }, { unique: true });
attendees.index({ 'past_tickets.id': 1 });
// Only the few whose effects are not done yet are in it.
attendees.index({ 'pending.at': 1 }, { sparse: true });
attendees.index({ 'ticket.issued_at': 1, _id: 1 });
// What may be due to be redacted, of those without a payment.
attendees.index({ redacted_at: 1, payment_id: 1, created_at: 1 });
// A door's list: who is in it, and what changed since. Who was moved to another event is found by the past ticket.
attendees.index({ event_id: 1, changed_at: 1 });
attendees.index({ 'past_tickets.event_id': 1, changed_at: 1 });

export const conflicts = schema<ConflictDoc>({
  _id: String,
  event_id: Number,
  attendee_id: Number,
  ticket_id: String,
  reason: String,
  scanned_at: Date,
  gate: String,
  device: String,
  by: String,
  recorded_by: String,
  nonce: String,
  first: json,
  uploaded_at: Date,
});
conflicts.index({ event_id: 1, uploaded_at: -1, _id: -1 });
attendees.index({ checked_in_at: 1 }, { partialFilterExpression: { checked_in_at: { $type: 'date' } } });

export const mails = schema<MailDoc>({
  _id: String,
  attendee_id: Number,
  event_id: Number,
  payment_id: String,
  kind: String,
  issue: Number,
  ticket_id: String,
  state: String,
  priority: Number,
  to: String,
  message_id: String,
  due_at: Date,
  attempts: Number,
  lease: json,
  unconfirmed: Number,
  error: json,
  correlation_id: String,
  paid_at: Date,
  created_at: Date,
  sent_at: Date,
  readdressed: Number,
  trail: [json],
});
mails.index({ state: 1, priority: 1, due_at: 1 });
mails.index({ attendee_id: 1, kind: 1, issue: 1 });
mails.index({ ticket_id: 1, kind: 1 });
mails.index({ event_id: 1, state: 1 });
mails.index({ sent_at: 1 });
mails.index({ due_at: -1, _id: -1 });
// Only the few with entries to move are in it.
mails.index({ 'trail.at': 1 }, { sparse: true });

export const events = schema<EventDoc>({
  _id: Number,
  name: String,
  slug: String,
  description: String,
  date: Date,
  ends_at: Date,
  venue: String,
  doors_open_at: Date,
  doors_close_at: Date,
  closes_at: Date,
  closed_at: Date,
  timezone: String,
  currency: String,
  prices: [new Schema({ amount: Number, from: Date }, { _id: false })],
  capacity: Number,
  razorpay_qr_id: String,
  status: String,
  club_id: Number,
  staff: { type: [Number], default: undefined },
  created_at: Date,
  created_by: String,
  updated_at: Date,
});
events.index({ slug: 1 }, { unique: true, partialFilterExpression: { slug: { $type: 'string' } } });
events.index({ razorpay_qr_id: 1 }, { unique: true, partialFilterExpression: { razorpay_qr_id: { $type: 'string' } } });
events.index({ status: 1 });
events.index({ club_id: 1, _id: 1 });
events.index({ staff: 1, _id: 1 });

export const mailTemplates = schema<MailTemplateDoc>({
  _id: Number,
  subject: String,
  greeting: String,
  above: String,
  below: String,
  footer: String,
  colour: String,
  text_colour: String,
  logo: String,
  updated_at: Date,
  updated_by: String,
});

export const sweeps = schema<SweepDoc>({
  _id: String,
  kind: String,
  requested_by: String,
  payment_id: String,
  state: String,
  from: Number,
  to: Number,
  started_at: Date,
  ended_at: Date,
  lease_until: Date,
  step: String,
  counts: json,
  error: String,
  correlation_id: String,
});
sweeps.index({ started_at: -1, _id: -1 });
sweeps.index({ state: 1, lease_until: 1 });

export const schedules = schema<ScheduleDoc>({
  _id: String,
  next_at: Date,
  lease: json,
  watermark: Number,
  failures: Number,
  last_complete_at: Date,
  qr_codes: json,
  refunds_to: Number,
});

export const bindings = schema<BindingDoc>({
  _id: String,
  mode: String,
  account_id: String,
  key_id: String,
  digest: String,
  kid: String,
  days: Number,
  next_at: Date,
});

export const deadLetters = schema<DeadLetterDoc>({
  _id: String,
  state: String,
  subject: String,
  payment_id: String,
  payload: Buffer,
  size: Number,
  reason: String,
  attempts: Number,
  replays: json,
  correlation_id: String,
  first_at: Date,
  last_at: Date,
  expires_at: Date,
});
deadLetters.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
deadLetters.index({ last_at: -1, _id: -1 });
deadLetters.index({ state: 1, last_at: -1, _id: -1 });
deadLetters.index({ payment_id: 1, last_at: -1, _id: -1 });

export const users = schema<UserDoc>({
  _id: Number,
  username: String,
  username_key: String,
  email: String,
  full_name: String,
  password: String,
  role: String,
  club_id: Number,
  disabled: Boolean,
  created_at: Date,
  created_by: String,
});
users.index({ username_key: 1 }, { unique: true });
users.index({ club_id: 1, _id: 1 });

export const clubs = schema<ClubDoc>({
  _id: Number,
  name: String,
  name_key: String,
  description: String,
  email: String,
  phone: String,
  active: Boolean,
  created_at: Date,
  created_by: String,
  updated_at: Date,
});
clubs.index({ name_key: 1 }, { unique: true });

export const sessions = schema<SessionDoc>({
  _id: String,
  user_id: Number,
  username: String,
  role: String,
  club_id: Number,
  created_at: Date,
  expires_at: Date,
});
sessions.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
sessions.index({ user_id: 1 });

export const counters = schema<CounterDoc>({ _id: String, n: Number });

export const activities = schema<ActivityDoc>({
  _id: String,
  at: Date,
  action: String,
  actor: String,
  subject: String,
  payment_id: String,
  event_id: Number,
  attendee_id: Number,
  correlation_id: String,
  facts: json,
});
activities.index({ at: -1, _id: -1 });
activities.index({ action: 1, at: -1, _id: -1 });
activities.index({ subject: 1, at: -1, _id: -1 });
activities.index({ actor: 1, at: -1, _id: -1 });
activities.index({ event_id: 1, at: -1, _id: -1 }, { partialFilterExpression: { event_id: { $gt: 0 } } });
activities.index({ payment_id: 1, at: 1 }, { name: 'payment', partialFilterExpression: { payment_id: { $gt: '' } } });
