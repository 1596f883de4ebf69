/** One payment live from Razorpay: its status for the desk, or everything that may make it ours. */
import { randomUUID } from 'node:crypto';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { Requests } from '../../../shared/bus/requests.ts';
import { orderFacts, paymentFacts, qrFacts } from '../../../shared/razorpay/facts.ts';
import { PAYMENT_ID } from '../../../shared/razorpay/ids.ts';
import type { CallOptions, Razorpay } from '../razorpay/client.ts';
import { NotAtRazorpay } from '../razorpay/errors.ts';
import { PROMPT } from '../razorpay/retry.ts';
import type { Sight } from '../sweep/deliveries.ts';

/** Somebody waits: two tries of this long, ms, are all there is time for. */
export const PROMPTLY: CallOptions = { retry: PROMPT, timeoutMs: 4_000 };

/** @throws RequestFailed 400 */
export function checkedPaymentId(id: unknown): string {
  if (typeof id === 'string' && PAYMENT_ID.test(id)) return id;
  throw new RequestFailed(400, 'payment_id must be pay_ and 14 letters or digits');
}

/**
 * A payment with its order, or else its QR code: an order excludes a code.
 * @throws NotAtRazorpay and the other Razorpay errors
 */
export async function fetchWhole(razorpay: Razorpay, paymentId: string, how: CallOptions): Promise<Sight> {
  const { entity, observedAt } = await razorpay.payment(paymentId, how);
  const payment = paymentFacts(entity);
  // All are at least as new as the first answer.
  const sight = { payment_id: paymentId, observed_at: observedAt, payment };
  try {
    if (payment.order_id !== null)
      return { ...sight, order: orderFacts((await razorpay.order(payment.order_id, how)).entity) };
    const code = await razorpay.qrCodeOf(paymentId, how);
    return code ? { ...sight, qr: qrFacts(code.entity) } : sight;
  } catch (error) {
    // The payment exists; what it was made through does not, or not any more.
    if (!(error instanceof NotAtRazorpay)) throw error;
    return sight;
  }
}

export async function paymentStatus(
  razorpay: Razorpay,
  paymentId: string,
): Promise<Requests['ingest.payment-status']['answer']> {
  const { entity, observedAt } = await razorpay.payment(paymentId, PROMPTLY);
  return { payment: paymentFacts(entity), observed_at: observedAt };
}

/** As an observation to be joined by whoever asked; `absent` where Razorpay does not know it. */
export async function lookUp(
  razorpay: Razorpay,
  paymentId: string,
  correlationId: string,
): Promise<Requests['ingest.lookup']['answer']> {
  const about = { id: `lookup.${randomUUID()}`, source: 'lookup', correlation_id: correlationId } as const;
  try {
    return { observation: { ...about, ...(await fetchWhole(razorpay, paymentId, PROMPTLY)) } };
  } catch (error) {
    if (!(error instanceof NotAtRazorpay) || error.observedAt === null) throw error;
    const observed_at = error.observedAt;
    return { observation: { ...about, payment_id: paymentId, observed_at, absent: true } };
  }
}
