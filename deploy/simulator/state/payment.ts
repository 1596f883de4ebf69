import { digits, newId } from './ids.ts';

export type PaymentStatus = 'created' | 'authorized' | 'captured' | 'refunded' | 'failed';
export type Notes = Record<string, string | number | boolean | null> | [] | null;

export interface PaymentError {
  readonly code: string;
  readonly description: string;
  readonly source: string;
  readonly step: string;
  readonly reason: string;
}

/** What the simulator knows of a payment; the entities on the wire are views of it (`entities.ts`). */
export interface Payment {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly captured: boolean;
  readonly method: string;
  readonly order_id: string | null;
  readonly qr_code_id: string | null;
  readonly email: string | null;
  readonly contact: string | null;
  readonly notes: Notes;
  readonly amount_refunded: number;
  readonly fee: number | null;
  readonly tax: number | null;
  readonly error: PaymentError | null;
  readonly instrument: Instrument;
  readonly created_at: number;
}

/** What the payer paid with; `reference` is the bank's, known from the authorisation on. */
export interface Instrument {
  readonly card_id: string | null;
  readonly bank: string | null;
  readonly wallet: string | null;
  readonly vpa: string | null;
  readonly reference: string;
  readonly transaction: string;
}

/** A payment is asked for a step its state does not allow. */
export class TransitionError extends Error {
  override readonly name = 'TransitionError';
}

/** The fields that each payment method fills. */
export function instrumentOf(method: string): Instrument {
  const none = { card_id: null, bank: null, wallet: null, vpa: null };
  const references = { reference: digits(12), transaction: digits(32) };
  switch (method) {
    case 'card':
    case 'emi':
      return { ...none, card_id: newId('card'), ...references };
    case 'netbanking':
      return { ...none, bank: 'HDFC', ...references };
    case 'wallet':
      return { ...none, wallet: 'payzapp', ...references };
    case 'upi':
      return { ...none, vpa: 'student@upi', ...references };
    default:
      return { ...none, ...references };
  }
}

const NEVER_ANSWERED: PaymentError = {
  code: 'BAD_REQUEST_ERROR',
  description: 'Payment was unsuccessful as you could not complete it in time. Please try again.',
  source: 'customer',
  step: 'payment_authentication',
  reason: 'payment_timed_out',
};

function refuse(payment: Payment, step: string): never {
  throw new TransitionError(`a payment that is ${payment.status} can't be ${step}`);
}

/** Also from `failed`: a bank may say yes late. */
export function authorized(payment: Payment): Payment {
  if (payment.status !== 'created' && payment.status !== 'failed') refuse(payment, 'authorized');
  return { ...payment, status: 'authorized', error: null };
}

/** Razorpay keeps 2 % and 18 % GST on it; `fee` includes the tax. */
export function captured(payment: Payment): Payment {
  if (payment.status !== 'authorized') refuse(payment, 'captured');
  const base = Math.round(payment.amount * 0.02);
  const tax = Math.round(base * 0.18);
  return { ...payment, status: 'captured', captured: true, fee: base + tax, tax };
}

/** Only before the bank said yes: an authorised payment that nobody captures is refunded. */
export function failed(payment: Payment): Payment {
  if (payment.status !== 'created') refuse(payment, 'failed');
  return { ...payment, status: 'failed', error: NEVER_ANSWERED };
}

/** An authorised payment can be refunded too, in full: Razorpay does so when nobody captured it. */
export function refunded(payment: Payment, amount: number): Payment {
  const left = payment.amount - payment.amount_refunded;
  if (payment.status !== 'captured' && payment.status !== 'authorized') refuse(payment, 'refunded');
  if (amount > left) throw new TransitionError(`the refund of ${amount} is more than the ${left} that is left`);
  if (!payment.captured && amount !== left) throw new TransitionError('an uncaptured payment is refunded in full');
  const total = payment.amount_refunded + amount;
  return { ...payment, amount_refunded: total, status: total === payment.amount ? 'refunded' : payment.status };
}

/** A refund that failed: the money is the merchant's again and the payment what it was before. */
export function refundReturned(payment: Payment, amount: number): Payment {
  const amount_refunded = payment.amount_refunded - amount;
  return { ...payment, amount_refunded, status: payment.captured ? 'captured' : 'authorized' };
}
