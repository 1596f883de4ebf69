/**
 * An observation: one sight of a payment, whoever had it. It is what travels on the bus and what the join merges.
 * It carries facts; registers with their versions are made from it here, so that both sides agree.
 */
import { z } from 'zod';
import type { AbsenceFacts, DisputeFacts, OrderFacts, PaymentFacts, QrFacts, RefundFacts } from './facts.ts';
import { DISPUTE_ID, ORDER_ID, PAYMENT_ID, QR_CODE_ID, REFUND_ID } from './ids.ts';
import { digest, disputeTie, paymentRank, refundRank, version } from './version.ts';

export const SOURCES = ['webhook', 'sweep', 'sync', 'lookup'] as const;
export type Source = (typeof SOURCES)[number];

/** No more digits than a version pads them to, or text would order them wrongly. */
const seconds = z.number().int().min(0).max(99_999_999_999);
const amount = z.number().int().min(0);
const text = z.string().nullable();
const notes = z.array(z.object({ key: z.string(), value: z.string() }));

const payment: z.ZodType<PaymentFacts> = z.object({
  id: z.string().regex(PAYMENT_ID),
  amount,
  currency: z.string(),
  status: z.string(),
  order_id: text,
  method: text,
  amount_refunded: amount,
  refund_status: text,
  captured: z.boolean(),
  description: text,
  email: text,
  contact: text,
  notes,
  fee: amount.nullable(),
  tax: amount.nullable(),
  error_code: text,
  error_reason: text,
  rrn: text,
  created_at: seconds,
});
const order: z.ZodType<OrderFacts> = z.object({ id: z.string().regex(ORDER_ID), notes });
const qr: z.ZodType<QrFacts> = z.object({ id: z.string().regex(QR_CODE_ID), notes });
const refund: z.ZodType<RefundFacts> = z.object({
  id: z.string().regex(REFUND_ID),
  payment_id: z.string().regex(PAYMENT_ID),
  amount,
  currency: text,
  status: z.string(),
  created_at: seconds,
});
const dispute: z.ZodType<DisputeFacts> = z.object({
  id: z.string().regex(DISPUTE_ID),
  payment_id: z.string().regex(PAYMENT_ID),
  amount,
  currency: text,
  status: z.string(),
  phase: text,
  reason_code: text,
  created_at: seconds,
});

export const observationSchema = z.object({
  /** Unique to this sight: the event id of a webhook, `<sweep>.<payment>.<digest>` of a fetched one. */
  id: z.string().min(1).max(200),
  payment_id: z.string().regex(PAYMENT_ID),
  source: z.enum(SOURCES),
  /** Razorpay's event name, for a webhook. */
  event: z.string().optional(),
  /** Whole seconds on Razorpay's clock. */
  observed_at: seconds,
  correlation_id: z.string(),
  payment: payment.optional(),
  order: order.optional(),
  qr: qr.optional(),
  refunds: z.array(refund).optional(),
  disputes: z.array(dispute).optional(),
  /** Razorpay does not know this payment. */
  absent: z.literal(true).optional(),
});

export type Observation = z.infer<typeof observationSchema>;

/** One part of a stored payment, replaced whole by the greater version. */
export interface Register<T> {
  version: string;
  digest: string;
  value: T;
  /** True where `value` holds no personal data although the digest speaks of the full facts. */
  stripped?: boolean;
}

type Facts = PaymentFacts | OrderFacts | QrFacts | RefundFacts | DisputeFacts | AbsenceFacts;

/** Where in a stored payment a register lives, and what this observation says of it. */
export interface Sighting {
  path: readonly [string] | readonly ['refunds' | 'disputes', string];
  register: Register<Facts>;
}

function sighting(path: Sighting['path'], rank: number, at: number, tie: number, value: Facts): Sighting {
  const of = digest(value);
  return { path, register: { version: version(rank, at, tie, of), digest: of, value } };
}

/** The registers an observation touches, with their versions. */
export function sightings(observation: Observation): Sighting[] {
  const at = observation.observed_at;
  const found: Sighting[] = [];
  const { payment, order, qr, absent } = observation;
  if (payment) found.push(sighting(['payment'], paymentRank(payment), at, payment.amount_refunded, payment));
  if (order) found.push(sighting(['order'], 0, at, 0, order));
  if (qr) found.push(sighting(['qr'], 0, at, 0, qr));
  if (absent) found.push(sighting(['absence'], 0, at, 0, { absent }));
  for (const one of observation.refunds ?? [])
    found.push(sighting(['refunds', one.id], refundRank(one.status), at, 0, one));
  for (const one of observation.disputes ?? [])
    found.push(sighting(['disputes', one.id], 0, at, disputeTie(one.status), one));
  return found;
}
