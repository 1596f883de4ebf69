/**
 * The payment as each door shows it. Razorpay's REST answers and its webhook families differ in keys and key order;
 * a reader must live with all of them.
 */
import type { Instrument, Payment } from './state/payment.ts';

type Json = Record<string, unknown>;

/** As `GET /v1/payments` and `/v1/payments/:id` show it: payment notes only, and no trace of a QR code. */
export function restPayment(payment: Payment): Json {
  return {
    ...common(payment),
    ...errors(payment),
    acquirer_data: acquirer(payment),
    ...created(payment),
    ...upi(payment),
  };
}

/** As `payment.*` and `order.paid` show it. `reward` and `base_amount` come with the capture. */
export function paymentEventPayment(payment: Payment): Json {
  const late = payment.captured ? { reward: null } : {};
  const base = payment.captured ? { base_amount: payment.amount } : {};
  const bank = { ...acquirer(payment), ...transaction(payment) };
  const tail = { acquirer_data: bank, emi_plan: null, ...created(payment), ...late, ...upi(payment), ...base };
  return { ...common(payment, card(payment.instrument)), ...errors(payment), ...tail };
}

/** As `refund.*` shows it. */
export function refundEventPayment(payment: Payment): Json {
  const money = { amount_transferred: 0, base_amount: payment.amount };
  const tail = { acquirer_data: acquirer(payment), ...created(payment) };
  return { ...common(payment, card(payment.instrument)), ...money, ...errors(payment), ...tail };
}

/** As `qr_code.credited` shows it. */
export function qrEventPayment(payment: Payment): Json {
  return { ...common(payment), ...errors(payment), acquirer_data: acquirer(payment), ...created(payment) };
}

function common(payment: Payment, afterCardId: Json = {}): Json {
  const { instrument } = payment;
  return {
    id: payment.id,
    entity: 'payment',
    amount: payment.amount,
    currency: payment.currency,
    status: payment.status,
    order_id: payment.order_id,
    invoice_id: null,
    international: payment.currency !== 'INR',
    method: payment.method,
    amount_refunded: payment.amount_refunded,
    refund_status: refundStatus(payment),
    captured: payment.captured,
    description: payment.qr_code_id === null ? `#${payment.id.slice(4)}` : 'QRv2 Payment',
    card_id: instrument.card_id,
    ...afterCardId,
    bank: instrument.bank,
    wallet: instrument.wallet,
    vpa: instrument.vpa,
    email: payment.email,
    contact: payment.contact,
    notes: payment.notes,
    fee: payment.fee,
    tax: payment.tax,
  };
}

function refundStatus(payment: Payment): 'full' | 'partial' | null {
  if (payment.amount_refunded === 0) return null;
  return payment.amount_refunded === payment.amount ? 'full' : 'partial';
}

function errors({ error }: Payment): Json {
  return {
    error_code: error?.code ?? null,
    error_description: error?.description ?? null,
    error_source: error?.source ?? null,
    error_step: error?.step ?? null,
    error_reason: error?.reason ?? null,
  };
}

/** The bank's reference is there once the bank has answered yes. */
function acquirer(payment: Payment): Json {
  const answered = payment.status !== 'created' && payment.status !== 'failed';
  const reference = answered ? payment.instrument.reference : null;
  switch (payment.method) {
    case 'upi':
      return { rrn: reference };
    case 'netbanking':
      return { bank_transaction_id: reference };
    case 'wallet':
      return { transaction_id: reference };
    default:
      return { auth_code: reference?.slice(0, 6) ?? null };
  }
}

function transaction(payment: Payment): Json {
  const known = payment.method === 'upi' && payment.status !== 'created' && payment.status !== 'failed';
  return known ? { upi_transaction_id: payment.instrument.transaction } : {};
}

function card({ card_id: id }: Instrument): Json {
  if (id === null) return {};
  const face = { name: '', last4: '1111', network: 'Visa', color: '#25BAC3', type: 'credit', issuer: null };
  return { card: { id, entity: 'card', ...face, international: false, emi: false } };
}

function created(payment: Payment): Json {
  return { created_at: payment.created_at };
}

function upi(payment: Payment): Json {
  return payment.method === 'upi' ? { upi: { vpa: payment.instrument.vpa } } : {};
}
