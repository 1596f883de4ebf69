/** A payment as the API answers it. Pure. */
import type { z } from 'zod';
import type { Action } from '../../../shared/audit/index.ts';
import { isFullyRefunded, type Note, type PaymentFacts } from '../../../shared/razorpay/facts.ts';
import type { ActivityDoc, AttendeeDoc, MailDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { givenDetails } from '../../../shared/student/fields.ts';
import { HOLDS, isReleasable } from './holds.ts';
import type { paymentAnswer, paymentWithTimeline, razorpayPayment } from './schema.ts';

export type PaymentAnswer = z.input<typeof paymentAnswer>;
export type RazorpayPaymentAnswer = z.input<typeof razorpayPayment>;
type MailAnswer = NonNullable<PaymentAnswer['mail']>;

/** What stands in other collections about a payment. */
export interface Surroundings {
  eventName: string | null;
  /** The payment that one taken by hand refers to is here. */
  confirmed: boolean;
  attendee: AttendeeDoc | null;
  /** The attendee's. */
  mails: MailDoc[];
}

/** Razorpay's stand-in for "no address". */
const PLACEHOLDER_EMAIL = 'void@razorpay.com';

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
const notesObject = (notes: Note[]) => Object.fromEntries(notes.map(({ key, value }) => [key, value]));

export const presentRazorpay = (facts: PaymentFacts): RazorpayPaymentAnswer => ({
  ...facts,
  notes: notesObject(facts.notes),
});

const NO_FACTS = {
  amount: null,
  currency: null,
  status: null,
  order_id: null,
  method: null,
  amount_refunded: null,
  refund_status: null,
  captured: null,
  description: null,
  email: null,
  contact: null,
  notes: null,
  fee: null,
  tax: null,
  error_code: null,
  error_reason: null,
  rrn: null,
  created_at: null,
};

function presentAttendee(attendee: AttendeeDoc): NonNullable<PaymentAnswer['attendee']> {
  const { ticket } = attendee;
  const checkedIn = Boolean(attendee.checked_in_at);
  return {
    id: attendee._id,
    event_id: attendee.event_id,
    name: attendee.details?.name ?? null,
    roll_number: attendee.details?.roll_number ?? null,
    email: attendee.email ?? null,
    live: attendee.live,
    seat: attendee.seat ?? null,
    checked_in: checkedIn,
    checked_in_at: iso(attendee.checked_in_at),
    checked_in_by: attendee.checked_in_by ?? null,
    ticket: {
      id: ticket.id,
      issue: ticket.issue,
      state: ticket.revoked_at ? 'revoked' : checkedIn ? 'checked_in' : 'valid',
      issued_at: ticket.issued_at.toISOString(),
      revoked_at: iso(ticket.revoked_at),
      revoked_reason: ticket.revoked_reason ?? null,
    },
  };
}

export const presentMail = (mail: MailDoc): MailAnswer => ({
  id: mail._id,
  kind: mail.kind,
  state: mail.state,
  attempts: mail.attempts,
  error: mail.error?.text ?? null,
  due_at: iso(mail.due_at),
  sent_at: iso(mail.sent_at),
});

/** Once a ticket is revoked, the cancellation is what the student should have got. */
function currentMail({ attendee, mails }: Surroundings): MailDoc | undefined {
  const issue = attendee?.ticket.issue;
  const of = (kind: MailDoc['kind']) => mails.find((mail) => mail.kind === kind && mail.issue === issue);
  return (attendee?.ticket.revoked_at ? of('cancellation') : undefined) ?? of('ticket');
}

/** A revoked payment whose money is still here: its ticket was taken away by hand. */
export const isWithdrawn = ({ outcome, status, amount, amount_refunded }: PaymentAnswer): boolean =>
  outcome === 'revoked' &&
  !isFullyRefunded({ status: status ?? '', amount: amount ?? 0, amount_refunded: amount_refunded ?? 0 });

export function presentPayment(doc: PaymentDoc, around: Surroundings): PaymentAnswer {
  const facts = doc.payment?.value;
  const { id: _, ...razorpay } = facts ? presentRazorpay(facts) : { id: null, ...NO_FACTS };
  const corrected = givenDetails(doc.overrides?.details);
  const details = doc.details ?? corrected;
  const paidFrom = facts?.email === PLACEHOLDER_EMAIL ? null : facts?.email;
  const reason = doc.outcome?.kind === 'held' ? (doc.outcome.reason ?? null) : null;
  const mail = currentMail(around);
  return {
    ...razorpay,
    id: doc._id,
    razorpay_payment_id: doc.manual ? doc.manual.reference : doc._id,
    manual: doc.manual ? { taken_by: doc.manual.by, confirmed: around.confirmed } : null,
    qr_code_id: doc.qr?.value.id ?? null,
    customer_name: details.name ?? null,
    customer_email: around.attendee?.email ?? details.email ?? paidFrom ?? null,
    customer_phone: details.phone ?? facts?.contact ?? null,
    details: doc.details ?? null,
    event: doc.event_id === null ? null : { id: doc.event_id, name: around.eventName ?? `event ${doc.event_id}` },
    attendee: around.attendee && presentAttendee(around.attendee),
    mail: mail ? presentMail(mail) : null,
    outcome: doc.outcome?.kind ?? null,
    outcome_since: iso(doc.outcome?.since),
    reason,
    reason_text: reason && HOLDS[reason].text,
    about: reason && (doc.outcome?.about ?? {}),
    action: reason && HOLDS[reason].action,
    releasable: reason !== null && isReleasable(reason),
    flags: doc.flags ?? [],
    pending: doc.pending,
    error: doc.error ?? null,
    overrides: {
      event_id: doc.overrides?.event_id ?? null,
      details: corrected,
      ours: doc.overrides?.ours ?? false,
      released: doc.overrides?.released ?? [],
    },
    refunds: Object.values(doc.refunds ?? {}).map(({ value: { payment_id: _, ...refund } }) => refund),
    disputes: Object.values(doc.disputes ?? {}).map(({ value: { payment_id: _, ...dispute } }) => dispute),
    redacted: Boolean(doc.redacted_at),
    redacted_at: iso(doc.redacted_at),
    stripped: doc.payment?.stripped === true,
    first_seen_at: doc.first_seen_at.toISOString(),
    first_source: doc.first_source,
    checked_at: iso(doc.checked_at),
  };
}

type TimelineEntry = z.input<typeof paymentWithTimeline>['timeline'][number];

const presentActivity = (entry: ActivityDoc): TimelineEntry => ({
  at: entry.at.toISOString(),
  action: entry.action,
  actor: entry.actor,
  subject: entry.subject,
  correlation_id: entry.correlation_id ?? null,
  facts: entry.facts ?? {},
});

/** What one settling writes down has one moment. */
const IN_ONE_MOMENT: readonly Action[] = [
  'payment.created',
  'payment.updated',
  'payment.settled',
  'attendee.created',
  'qr.generated',
  'ticket.revoked',
];
const place = ({ action }: ActivityDoc): number => {
  const at = IN_ONE_MOMENT.indexOf(action as Action);
  return at < 0 ? IN_ONE_MOMENT.length : at;
};

/** Oldest first, and what happened in one moment as one thing led to the other. */
export const presentTimeline = (entries: readonly ActivityDoc[]): TimelineEntry[] =>
  entries.toSorted((a, b) => a.at.getTime() - b.at.getTime() || place(a) - place(b)).map(presentActivity);
