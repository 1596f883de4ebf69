/**
 * Razorpay's entities as they come over the wire, read no stricter than we need them: unknown keys pass, what may be
 * null may be absent too. An entity that does not fit here is unreadable and nothing of it is guessed.
 */
import { z } from 'zod';
import { DISPUTE_ID, ORDER_ID, PAYMENT_ID, QR_CODE_ID, REFUND_ID } from './ids.ts';

const text = z.string().nullish();
/** Integer minor units (paise, yen, fils). */
const amount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Whole seconds since 1970, Razorpay's clock. */
const seconds = z.number().int().min(0).max(99_999_999_999);
/** An object, `[]` when empty, sometimes `{}` or null; values are strings, but numbers have been seen. */
const notes = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish();

export const paymentEntity = z.looseObject({
  id: z.string().regex(PAYMENT_ID),
  amount,
  currency: z.string(),
  status: z.string(),
  order_id: text,
  method: text,
  amount_refunded: amount.nullish(),
  refund_status: text,
  captured: z.union([z.boolean(), z.number(), z.string()]).nullish(),
  description: text,
  email: text,
  contact: z.union([z.string(), z.number()]).nullish(),
  notes,
  fee: amount.nullish(),
  tax: amount.nullish(),
  error_code: text,
  error_reason: text,
  acquirer_data: z
    .looseObject({ rrn: z.union([z.string(), z.number()]).nullish() })
    .or(z.array(z.unknown()))
    .nullish(),
  created_at: seconds,
});

export const orderEntity = z.looseObject({ id: z.string().regex(ORDER_ID), notes });

export const qrCodeEntity = z.looseObject({
  id: z.string().regex(QR_CODE_ID),
  notes,
  created_at: seconds.nullish(),
});

export const refundEntity = z.looseObject({
  id: z.string().regex(REFUND_ID),
  payment_id: z.string().regex(PAYMENT_ID),
  amount,
  currency: text,
  status: z.string(),
  created_at: seconds,
});

export const disputeEntity = z.looseObject({
  id: z.string().regex(DISPUTE_ID),
  payment_id: z.string().regex(PAYMENT_ID),
  amount,
  currency: text,
  status: z.string(),
  phase: text,
  reason_code: text,
  created_at: seconds,
});

export type PaymentEntity = z.infer<typeof paymentEntity>;
export type OrderEntity = z.infer<typeof orderEntity>;
export type QrCodeEntity = z.infer<typeof qrCodeEntity>;
export type RefundEntity = z.infer<typeof refundEntity>;
export type DisputeEntity = z.infer<typeof disputeEntity>;
