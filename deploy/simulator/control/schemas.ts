/** What the control routes take. Strict, so that a misspelt knob is an error and not a quiet nothing. */
import { z } from 'zod';
import { isId } from '../state/ids.ts';
import type { Notes } from '../state/payment.ts';
import { MAX_LAG_MS } from '../state/timeline.ts';

const amount = z.int().positive().describe('minor units');
const seconds = z.int().min(946_684_800).max(4_765_046_400).describe('Unix seconds');
const rate = z.number().min(0).max(1);
const milliseconds = z.number().min(0).max(600_000);
const idOf = (prefix: 'pay' | 'order' | 'qr') =>
  z.string().refine((text) => isId(prefix, text), `expected ${prefix}_ and 14 letters or digits`);

/** As Razorpay keeps them: at most 15 pairs of at most 256 characters; an empty list when there are none. */
const noteText = z.union([z.string().max(256), z.number(), z.boolean(), z.null()]);
const noteList = z.custom<[]>((value) => Array.isArray(value) && value.length === 0, 'a list of notes must be empty');
const notes: z.ZodType<Notes> = z.union([
  z.record(z.string().max(256), noteText).refine((pairs) => Object.keys(pairs).length <= 15, 'at most 15 notes'),
  noteList,
  z.null(),
]);

export const paymentBody = z.strictObject({
  id: idOf('pay').optional(),
  amount,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a code such as INR')
    .default('INR'),
  method: z.string().min(1).default('upi'),
  email: z.string().nullable().default('void@razorpay.com'),
  contact: z.string().nullable().default('+919800000001'),
  notes: notes.default([]),
  order_id: idOf('order').optional(),
  order_notes: notes.optional(),
  qr_code: z.union([z.string().min(1), z.boolean()]).default(false),
  qr_notes: notes.optional(),
  created_at: seconds.optional(),
  status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']).default('captured'),
  quiet: z.boolean().default(false),
});
export type PaymentBody = z.output<typeof paymentBody>;

export const qrCodeBody = z.strictObject({
  id: idOf('qr').optional(),
  name: z.string().default('QR code'),
  notes: notes.default([]),
});

export const refundBody = z.strictObject({
  amount: amount.optional(),
  status: z.enum(['pending', 'processed']).default('processed'),
});
export const refundFailsBody = z.strictObject({ refund_id: z.string().optional() });
export const disputeBody = z.strictObject({
  status: z.enum(['created', 'under_review', 'won', 'lost', 'closed']).default('created'),
  amount: amount.optional(),
});
export const notesBody = z.strictObject({ notes });
export const noBody = z.strictObject({});

const secret = z.string().nullable();
const seed = z.int().nullable();
export const webhooksBody = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).nullable(),
    secret,
    use_secret: secret,
    enabled: z.boolean(),
    drop: rate,
    duplicate: rate,
    delay_ms: milliseconds,
    shuffle_ms: milliseconds,
    retry_scale: z.number().min(0).max(1),
    answer_within_ms: z.int().min(10).max(60_000),
    seed,
  })
  .partial();

const page = z
  .strictObject({ nth: z.int().positive(), skip: z.int().min(0), path: z.string() })
  .partial()
  .refine((fault) => (fault.nth === undefined) !== (fault.skip === undefined), 'expected nth or skip')
  .nullable();

const callsMeant = z
  .strictObject({ route: z.string().startsWith('/v1/'), after: z.int().min(0).optional() })
  .nullable();

export const faultsBody = z
  .strictObject({
    at: callsMeant,
    error_rate: rate,
    status: z.int().min(400).max(599),
    rate_limit_per_s: z.int().positive().nullable(),
    latency_ms: milliseconds,
    hang_rate: rate,
    html_rate: rate,
    html_status: z.int().min(200).max(599),
    reset_rate: rate,
    wrong_json_rate: rate,
    odd_json_rate: rate,
    list_lag_ms: z.number().min(0).max(MAX_LAG_MS),
    clock_skew_s: z.int().min(-86_400).max(86_400),
    fail_page: page,
    repeat_page: page,
    shrink_page: page,
    seed,
  })
  .partial();
