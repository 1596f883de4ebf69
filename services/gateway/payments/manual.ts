/**
 * Payments taken by hand: cash at the desk, a transfer seen in the bank's app. Their facts are ours alone, in the shape of
 * Razorpay's, so that the same decision gives the same ticket. Pure.
 */
import { randomBytes } from 'node:crypto';
import type { PaymentFacts } from '../../../shared/razorpay/facts.ts';
import type { Register } from '../../../shared/razorpay/observation.ts';
import { digest, paymentRank, version } from '../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { StudentDetails } from '../../../shared/student/fields.ts';

/** Razorpay's words for what can become of it. */
export const MANUAL_STATUSES = ['created', 'captured', 'refunded', 'failed'] as const;
export type ManualStatus = (typeof MANUAL_STATUSES)[number];

export interface NewManual {
  event_id: number;
  amount: number;
  currency: string;
  status: ManualStatus;
  reference: string | null;
  details: StudentDetails;
}

interface Doing {
  now: Date;
  correlationId: string;
}

const withMoney = (facts: PaymentFacts, status: ManualStatus): PaymentFacts => ({
  ...facts,
  status,
  captured: status === 'captured' || status === 'refunded',
  amount_refunded: status === 'refunded' ? facts.amount : 0,
  refund_status: status === 'refunded' ? 'full' : null,
});

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

function registered(value: PaymentFacts, now: Date): Register<PaymentFacts> {
  const of = digest(value);
  return { version: version(paymentRank(value), seconds(now), value.amount_refunded, of), digest: of, value };
}

const changedBy = ({ now, correlationId }: Doing): PaymentDoc['changed_by'] => ({
  observation: `desk.${randomBytes(8).toString('hex')}`,
  source: 'desk',
  event: null,
  correlation_id: correlationId,
  at: now,
});

/** Pending: ticketing settles it as any other. */
export function manualPayment(asked: NewManual, by: string, doing: Doing): PaymentDoc {
  const { now } = doing;
  const id = `man_${randomBytes(7).toString('hex')}`;
  const facts: PaymentFacts = withMoney(
    {
      id,
      amount: asked.amount,
      currency: asked.currency,
      status: asked.status,
      order_id: null,
      method: 'by_hand',
      amount_refunded: 0,
      refund_status: null,
      captured: false,
      description: null,
      email: null,
      contact: null,
      notes: [],
      fee: null,
      tax: null,
      error_code: null,
      error_reason: null,
      rrn: null,
      created_at: seconds(now),
    },
    asked.status,
  );
  return {
    _id: id,
    payment: registered(facts, now),
    overrides: { event_id: asked.event_id, details: asked.details, ours: true },
    manual: { by, reference: asked.reference },
    rev: 1,
    pending: true,
    pending_since: now,
    attempts: 0,
    first_seen_at: now,
    first_source: 'desk',
    changed_by: changedBy(doing),
    flags: [],
    event_id: null,
    attendee_id: null,
    details: null,
  };
}

/** What its new status sets; null: it has it already. */
export function withStatus(doc: PaymentDoc, status: ManualStatus, doing: Doing) {
  const facts = doc.payment?.value;
  if (!facts || facts.status === status) return null;
  return { payment: registered(withMoney(facts, status), doing.now), changed_by: changedBy(doing) };
}
