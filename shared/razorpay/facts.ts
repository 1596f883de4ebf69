/**
 * What a register holds: a fixed list of fields, so that the same state seen through a webhook, a list or a fetch gives
 * the same bytes. Absent is null, empty notes are []. Card, bank and VPA data are not kept.
 */
import type { DisputeEntity, OrderEntity, PaymentEntity, QrCodeEntity, RefundEntity } from './entities.ts';

/** Notes as pairs, because people's keys hold `.` and `$`, which no store likes in a field name. */
export interface Note {
  key: string;
  value: string;
}

/** A payment at one moment. Amounts in minor units, times in seconds on Razorpay's clock. */
export interface PaymentFacts {
  id: string;
  amount: number;
  currency: string;
  status: string;
  order_id: string | null;
  method: string | null;
  amount_refunded: number;
  refund_status: string | null;
  captured: boolean;
  description: string | null;
  email: string | null;
  contact: string | null;
  notes: Note[];
  fee: number | null;
  tax: number | null;
  error_code: string | null;
  error_reason: string | null;
  /** The UTR of a UPI or bank transfer: what a student can show on a screenshot. */
  rrn: string | null;
  created_at: number;
}

/** All of its money went back. A payment of nothing has none that could. */
export const isFullyRefunded = ({
  status,
  amount,
  amount_refunded,
}: Pick<PaymentFacts, 'status' | 'amount' | 'amount_refunded'>): boolean =>
  status === 'refunded' || (amount > 0 && amount_refunded >= amount);

export interface OrderFacts {
  id: string;
  notes: Note[];
}

export interface QrFacts {
  id: string;
  notes: Note[];
}

export interface RefundFacts {
  id: string;
  payment_id: string;
  amount: number;
  currency: string | null;
  status: string;
  created_at: number;
}

export interface DisputeFacts {
  id: string;
  payment_id: string;
  amount: number;
  currency: string | null;
  status: string;
  phase: string | null;
  reason_code: string | null;
  created_at: number;
}

/** Razorpay answered "The id provided does not exist" for this payment. */
export interface AbsenceFacts {
  absent: true;
}

const orNull = (value: unknown): string | null =>
  value === undefined || value === null || value === '' ? null : String(value);

/** No note is an object by Razorpay's word; one that goes deeper is none, and must not overflow whoever writes it out. */
const NOTE_DEPTH = 8;

function depthWithin(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return depth > 0 && Object.values(value).every((inner) => depthWithin(inner, depth - 1));
}

const noteValue = (value: unknown): string =>
  typeof value !== 'object' ? String(value) : depthWithin(value, NOTE_DEPTH) ? JSON.stringify(value) : '…';

/** Sorted by key: Razorpay's serialisers differ in order, the facts must not. */
export function notePairs(notes: unknown): Note[] {
  if (notes === null || typeof notes !== 'object' || Array.isArray(notes)) return [];
  const given = notes as Record<string, unknown>;
  return Object.keys(given)
    .sort()
    .filter((key) => given[key] !== null && given[key] !== undefined)
    .map((key) => ({ key, value: noteValue(given[key]) }));
}

export function paymentFacts(entity: PaymentEntity): PaymentFacts {
  const acquirer = entity.acquirer_data;
  return {
    id: entity.id,
    amount: entity.amount,
    currency: entity.currency,
    status: entity.status,
    order_id: orNull(entity.order_id),
    method: orNull(entity.method),
    amount_refunded: entity.amount_refunded ?? 0,
    refund_status: orNull(entity.refund_status),
    captured: entity.captured === true || entity.captured === 1 || entity.captured === '1',
    description: orNull(entity.description),
    email: orNull(entity.email),
    contact: orNull(entity.contact),
    notes: notePairs(entity.notes),
    fee: entity.fee ?? null,
    tax: entity.tax ?? null,
    error_code: orNull(entity.error_code),
    error_reason: orNull(entity.error_reason),
    rrn: acquirer && !Array.isArray(acquirer) ? orNull(acquirer.rrn) : null,
    created_at: entity.created_at,
  };
}

export const orderFacts = (entity: OrderEntity): OrderFacts => ({ id: entity.id, notes: notePairs(entity.notes) });

export const qrFacts = (entity: QrCodeEntity): QrFacts => ({ id: entity.id, notes: notePairs(entity.notes) });

export const refundFacts = (entity: RefundEntity): RefundFacts => ({
  id: entity.id,
  payment_id: entity.payment_id,
  amount: entity.amount,
  currency: orNull(entity.currency),
  status: entity.status,
  created_at: entity.created_at,
});

export const disputeFacts = (entity: DisputeEntity): DisputeFacts => ({
  id: entity.id,
  payment_id: entity.payment_id,
  amount: entity.amount,
  currency: orNull(entity.currency),
  status: entity.status,
  phase: orNull(entity.phase),
  reason_code: orNull(entity.reason_code),
  created_at: entity.created_at,
});

const TOLD = ['authorized', 'captured', 'failed', 'refunded'];
/** Razorpay sends webhooks of a payment in one of these states; of a checkout that was begun and left (`created`) it sends none. */
export const isTold = ({ status }: Pick<PaymentFacts, 'status'>): boolean => TOLD.includes(status);

/** Money was taken, whatever became of it since. Only then is there a fee, also in an entity that leaves `captured` out. */
export const wasCaptured = ({ status, captured, fee }: Pick<PaymentFacts, 'status' | 'captured' | 'fee'>): boolean =>
  status === 'captured' || captured || fee !== null;

/** How Razorpay describes a payment to a QR code: the only trace of the code on it. */
export const QR_PAYMENT = 'QRv2 Payment';

const keysOnly = (notes: Note[]): Note[] => notes.map(({ key }) => ({ key, value: '' }));

/**
 * The same facts without personal data: ids, money, status, times and note keys stay. For payments that are not ours,
 * and for redacted ones.
 */
export function stripped<T extends object>(facts: T): T {
  const copy = { ...facts } as Record<string, unknown>;
  if ('notes' in copy) copy.notes = keysOnly(copy.notes as Note[]);
  for (const field of ['email', 'contact', 'description', 'rrn']) if (field in copy) copy[field] = null;
  return copy as unknown as T;
}
