import type { Books } from './books.ts';
import type { Clock } from './clock.ts';
import { digits, newId } from './ids.ts';
import {
  authorized,
  captured,
  failed,
  instrumentOf,
  type Notes,
  type Payment,
  type PaymentStatus,
  refunded,
  refundReturned,
  TransitionError,
} from './payment.ts';
import type { Dispute, Order, QrCode, Refund } from './records.ts';
import { Timeline } from './timeline.ts';

/** What happened, with everything as it was at that moment. */
export interface LedgerEvent {
  readonly name: string;
  readonly payment?: Payment;
  readonly order?: Order;
  readonly refund?: Refund;
  readonly qr_code?: QrCode;
  readonly dispute?: Dispute;
  /** Razorpay's whole seconds. */
  readonly created_at: number;
}

export interface NewPayment {
  readonly id?: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly email: string | null;
  readonly contact: string | null;
  readonly notes: Notes;
  readonly order_id: string | null;
  readonly qr_code_id: string | null;
  readonly created_at?: number | undefined;
  /** Where it ends; each step on the way there is an event of its own. */
  readonly status: PaymentStatus;
}

export interface NewOrder {
  readonly id?: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly notes: Notes;
  readonly created_at?: number | undefined;
}

export interface NewQrCode {
  readonly id?: string | undefined;
  readonly created_at?: number | undefined;
  readonly name: string;
  readonly notes: Notes;
}

export type DisputeStep = 'created' | 'under_review' | 'won' | 'lost' | 'closed';

/** Nothing in the ledger has that id. */
export class UnknownIdError extends Error {
  override readonly name = 'UnknownIdError';
}

const RESPOND_WITHIN_S = 7 * 86_400;

/** Razorpay's books: every change of a payment goes through here and says what happened. */
export class Ledger {
  readonly payments: Timeline<Payment>;
  readonly orders: Timeline<Order>;
  readonly qrCodes: Timeline<QrCode>;
  readonly refunds: Timeline<Refund>;
  readonly disputes: Timeline<Dispute>;
  readonly #clock: Clock;
  readonly #announce: (event: LedgerEvent) => void;

  constructor(clock: Clock, announce: (event: LedgerEvent) => void, books?: Books) {
    this.#clock = clock;
    this.#announce = announce;
    this.payments = new Timeline<Payment>(books?.noting('payments'));
    this.orders = new Timeline<Order>(books?.noting('orders'));
    this.qrCodes = new Timeline<QrCode>(books?.noting('qrCodes'));
    this.refunds = new Timeline<Refund>(books?.noting('refunds'));
    this.disputes = new Timeline<Dispute>(books?.noting('disputes'));
  }

  /** The current state. @throws {UnknownIdError} */
  payment(id: string): Payment {
    return found(this.payments, id);
  }

  refundsOf(paymentId: string): Refund[] {
    return [...this.refunds.values()].filter((refund) => refund.payment_id === paymentId);
  }

  disputesOf(paymentId: string): Dispute[] {
    return [...this.disputes.values()].filter((dispute) => dispute.payment_id === paymentId);
  }

  paymentsOfOrder(orderId: string): Payment[] {
    return [...this.payments.values()].filter((payment) => payment.order_id === orderId).reverse();
  }

  createOrder(order: NewOrder): Order {
    const { amount, currency, notes, id = newId('order'), created_at = this.#clock.seconds() } = order;
    const money = { amount, amount_paid: 0, amount_due: amount, currency };
    const rest = { receipt: null, offer_id: null, status: 'created', attempts: 0, notes } as const;
    return this.#keep(this.orders, { id, entity: 'order', ...money, ...rest, created_at });
  }

  /** Announces `qr_code.created` unless the code only comes into being with its first payment. */
  createQrCode(code: NewQrCode, announced: boolean): QrCode {
    const id = code.id ?? newId('qr');
    const created: QrCode = this.#keep(this.qrCodes, {
      id,
      entity: 'qr_code',
      created_at: code.created_at ?? this.#clock.seconds(),
      name: code.name,
      usage: 'multiple_use',
      type: 'upi_qr',
      image_url: `https://rzp.io/i/${id.slice(-8)}`,
      payment_amount: null,
      status: 'active',
      description: null,
      fixed_amount: false,
      payments_amount_received: 0,
      payments_count_received: 0,
      notes: code.notes,
      customer_id: null,
      close_by: null,
      closed_at: null,
      close_reason: null,
    });
    if (announced) this.#tell('qr_code.created', { qr_code: created });
    return created;
  }

  editQrNotes(id: string, notes: Notes): QrCode {
    return this.#keep(this.qrCodes, { ...found(this.qrCodes, id), notes });
  }

  createPayment(wanted: NewPayment): Payment {
    const { status, id = newId('pay'), created_at = this.#clock.seconds(), ...facts } = wanted;
    const nothingYet = { captured: false, amount_refunded: 0, fee: null, tax: null, error: null } as const;
    const instrument = instrumentOf(wanted.method);
    this.#keep(this.payments, { id, ...facts, ...nothingYet, instrument, status: 'created', created_at });
    if (wanted.order_id !== null) this.#attempt(wanted.order_id);
    if (status === 'failed') return this.fail(id);
    if (status === 'authorized') return this.authorize(id);
    if (status !== 'created') this.capture(id);
    if (status === 'refunded') this.refund(id, wanted.amount, 'processed');
    return this.payment(id);
  }

  authorize(id: string): Payment {
    const payment = this.#keep(this.payments, authorized(this.payment(id)));
    this.#tell('payment.authorized', { payment });
    return payment;
  }

  /** A payment that is not authorised yet is authorised first: Razorpay sends both events. */
  capture(id: string): Payment {
    const before = this.payment(id);
    if (before.status === 'created' || before.status === 'failed') this.authorize(id);
    const payment = this.#keep(this.payments, captured(this.payment(id)));
    this.#tell('payment.captured', { payment });
    if (payment.order_id !== null) this.#pay(payment.order_id, payment);
    if (payment.qr_code_id !== null) this.#credit(payment.qr_code_id, payment);
    return payment;
  }

  fail(id: string): Payment {
    const payment = this.#keep(this.payments, failed(this.payment(id)));
    this.#tell('payment.failed', { payment });
    return payment;
  }

  /** Whole remainder when no amount is given. The payment shows the refund from its creation on, as at Razorpay. */
  refund(
    id: string,
    amount: number | undefined,
    status: 'pending' | 'processed',
    created_at = this.#clock.seconds(),
  ): Refund {
    const before = this.payment(id);
    const sum = amount ?? before.amount - before.amount_refunded;
    const payment = this.#keep(this.payments, refunded(before, sum));
    const refund: Refund = this.#keep(this.refunds, {
      id: newId('rfnd'),
      entity: 'refund',
      amount: sum,
      currency: payment.currency,
      payment_id: id,
      notes: [],
      receipt: null,
      acquirer_data: { arn: null },
      created_at,
      batch_id: null,
      status: 'pending',
      speed_processed: 'normal',
      speed_requested: 'normal',
    });
    this.#tell('refund.created', { refund, payment });
    return status === 'processed' ? this.processRefund(refund.id) : refund;
  }

  processRefund(refundId: string): Refund {
    const before = found(this.refunds, refundId);
    if (before.status !== 'pending') throw new TransitionError(`the refund is already ${before.status}`);
    const refund = this.#keep(this.refunds, { ...before, status: 'processed', acquirer_data: { arn: digits(23) } });
    this.#tell('refund.processed', { refund, payment: this.payment(refund.payment_id) });
    return refund;
  }

  /** The given or the latest refund that has not failed yet; one that was processed may still come back. */
  failRefund(id: string, refundId: string | undefined): Refund {
    const payment = this.payment(id);
    const before = refundId === undefined ? this.#latestRefund(id) : found(this.refunds, refundId);
    if (before.payment_id !== id) throw new TransitionError(`${before.id} is not a refund of ${id}`);
    if (before.status === 'failed') throw new TransitionError('the refund has failed already');
    const refund = this.#keep(this.refunds, { ...before, status: 'failed' });
    const returned = this.#keep(this.payments, refundReturned(payment, refund.amount));
    this.#tell('refund.failed', { refund, payment: returned });
    return refund;
  }

  /** Opens a dispute, or moves the payment's latest one on. */
  dispute(id: string, step: DisputeStep, amount: number | undefined): Dispute {
    const payment = this.payment(id);
    if (!payment.captured) throw new TransitionError(`a payment that is ${payment.status} can't be disputed`);
    const before = this.disputesOf(id).at(-1);
    if (step !== 'created' && before === undefined) throw new TransitionError('there is no dispute to move on');
    const dispute =
      step === 'created' || before === undefined
        ? this.#openDispute(payment, amount ?? payment.amount)
        : { ...before, status: step, amount_deducted: step === 'lost' ? before.amount : 0 };
    this.#keep(this.disputes, dispute);
    this.#tell(`payment.dispute.${step}`, { payment, dispute });
    return dispute;
  }

  /** Razorpay sends no event for it. */
  editNotes(id: string, notes: Notes): Payment {
    return this.#keep(this.payments, { ...this.payment(id), notes });
  }

  /** From now on the id, its refunds and its disputes do not exist. */
  forget(id: string): void {
    this.payment(id);
    for (const refund of this.refundsOf(id)) this.refunds.forget(refund.id);
    for (const dispute of this.disputesOf(id)) this.disputes.forget(dispute.id);
    this.payments.forget(id);
  }

  #latestRefund(id: string): Refund {
    const refund = this.refundsOf(id).findLast((candidate) => candidate.status !== 'failed');
    if (refund === undefined) throw new TransitionError('there is no refund to fail');
    return refund;
  }

  #openDispute(payment: Payment, amount: number): Dispute {
    const created_at = this.#clock.seconds();
    const about = { payment_id: payment.id, amount, currency: payment.currency, amount_deducted: 0 };
    const reason = { reason_code: 'chargeback_authorization', respond_by: created_at + RESPOND_WITHIN_S };
    const state = { status: 'open', phase: 'chargeback', created_at } as const;
    return { id: newId('disp'), entity: 'dispute', ...about, ...reason, ...state };
  }

  #attempt(orderId: string): void {
    const order = found(this.orders, orderId);
    const status = order.status === 'paid' ? 'paid' : 'attempted';
    this.#keep(this.orders, { ...order, status, attempts: order.attempts + 1 });
  }

  /** An order is paid once; a second payment of it says nothing more about the order. */
  #pay(orderId: string, payment: Payment): void {
    const before = found(this.orders, orderId);
    if (before.status === 'paid') return;
    const order = this.#keep(this.orders, { ...before, amount_paid: before.amount, amount_due: 0, status: 'paid' });
    this.#tell('order.paid', { payment, order });
  }

  /** The event carries the code as it was before this payment: Razorpay's counters there may be stale. */
  #credit(qrCodeId: string, payment: Payment): void {
    const code = found(this.qrCodes, qrCodeId);
    const payments_amount_received = code.payments_amount_received + payment.amount;
    const payments_count_received = code.payments_count_received + 1;
    this.#keep(this.qrCodes, { ...code, payments_amount_received, payments_count_received });
    this.#tell('qr_code.credited', { payment, qr_code: code });
  }

  #keep<T extends Payment | Order | QrCode | Refund | Dispute>(timeline: Timeline<T>, entity: T): T {
    timeline.put(entity, this.#clock.machineMs());
    return entity;
  }

  #tell(name: string, subjects: Omit<LedgerEvent, 'name' | 'created_at'>): void {
    // An envelope is never older than what it carries, also when a test makes a payment of tomorrow.
    const created_at = Math.max(this.#clock.seconds(), subjects.payment?.created_at ?? 0);
    this.#announce({ name, ...subjects, created_at });
  }
}

function found<T extends { id: string; created_at: number }>(timeline: Timeline<T>, id: string): T {
  const entity = timeline.get(id);
  if (entity === undefined) throw new UnknownIdError(`${id} is not known here`);
  return entity;
}
