/**
 * What ingest asks Razorpay, and nothing else. Ids are checked before use, answers are read by schema, failures are
 * classes, transient ones are tried again.
 */
import type { z } from 'zod';
import {
  type DisputeEntity,
  disputeEntity,
  type OrderEntity,
  orderEntity,
  type PaymentEntity,
  paymentEntity,
  type QrCodeEntity,
  qrCodeEntity,
  type RefundEntity,
  refundEntity,
} from '../../../shared/razorpay/entities.ts';
import { DISPUTE_ID, ORDER_ID, PAYMENT_ID, QR_CODE_ID, REFUND_ID } from '../../../shared/razorpay/ids.ts';
import type { IngestMetrics } from '../metrics.ts';
import { createRazorpayClock, observedAt, type RazorpayClock } from './clock.ts';
import {
  failureKind,
  NotAtRazorpay,
  RazorpayRateLimited,
  RazorpayRejected,
  RazorpayUnavailable,
  RazorpayUnreadable,
} from './errors.ts';
import { type Ask, createExchanger } from './exchange.ts';
import { createPace } from './pace.ts';
import { PATIENT, type RetryPolicy, retrying } from './retry.ts';

/** One entity and when it was certainly like that, seconds on Razorpay's clock. */
export interface Fetched<T> {
  entity: T;
  observedAt: number;
}

/** A list item that does not fit its schema: what can be told of it, and the whole of it. */
export interface UnreadableItem {
  id: string | null;
  created_at: number | null;
  raw: unknown;
}

export interface Page<T> {
  /** In Razorpay's order. */
  items: (T | UnreadableItem)[];
  observedAt: number;
}

export const isUnreadable = <T extends object>(item: T | UnreadableItem): item is UnreadableItem => 'raw' in item;

/** Seconds, both inclusive, on creation time. */
export interface ListQuery {
  from: number;
  to: number;
  skip: number;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  retry?: RetryPolicy;
  /** Of each try, ms. */
  timeoutMs?: number;
  /** Told of each try, for a sweep's count. */
  onCall?: (() => void) | undefined;
}

export interface Razorpay {
  clock: RazorpayClock;
  /** Asks for as little as possible: only to hear Razorpay's clock. */
  hearClock(options?: CallOptions): Promise<void>;
  payment(id: string, options?: CallOptions): Promise<Fetched<PaymentEntity>>;
  order(id: string, options?: CallOptions): Promise<Fetched<OrderEntity>>;
  qrCode(id: string, options?: CallOptions): Promise<Fetched<QrCodeEntity>>;
  refund(id: string, options?: CallOptions): Promise<Fetched<RefundEntity>>;
  dispute(id: string, options?: CallOptions): Promise<Fetched<DisputeEntity>>;
  /** The QR code that a payment was made through. Null: through none, also where this account may not ask (it has no QR codes then). */
  qrCodeOf(paymentId: string, options?: CallOptions): Promise<Fetched<QrCodeEntity> | null>;
  refundsOf(paymentId: string, query: ListQuery, options?: CallOptions): Promise<Page<RefundEntity>>;
  payments(query: ListQuery, options?: CallOptions): Promise<Page<PaymentEntity>>;
  refunds(query: ListQuery, options?: CallOptions): Promise<Page<RefundEntity>>;
  paymentsOfQrCode(id: string, query: ListQuery, options?: CallOptions): Promise<Page<PaymentEntity>>;
  /** The SDK cannot limit these by time. */
  disputes(query: Pick<ListQuery, 'skip'>, options?: CallOptions): Promise<Page<DisputeEntity>>;
}

export interface RazorpayOptions {
  keyId: string;
  keySecret: string;
  apiUrl: string;
  metrics: IngestMetrics;
  retry?: RetryPolicy;
  timeoutMs?: number;
}

/** Razorpay's own maximum. */
export const PAGE = 100;
const TIMEOUT_MS = 10_000;

/** @throws NotAtRazorpay: an id of another shape goes into no path, and Razorpay cannot know it */
function checked(operation: string, id: string, pattern: RegExp): string {
  if (!pattern.test(id)) throw new NotAtRazorpay(operation, null, 'this is no id of Razorpay’s');
  return id;
}

/** @throws RazorpayUnreadable where it is what was asked for, RazorpayUnavailable where it is something else altogether */
function readOne<T>(operation: string, schema: z.ZodType<T>, body: unknown, id?: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  const message = `the answer has an unexpected shape (${fields})`;
  if (id !== undefined && (body as { id?: unknown }).id === id) throw new RazorpayUnreadable(operation, message, body);
  throw new RazorpayUnavailable(operation, 200, message);
}

/** One odd item must not keep the sweep from all the others: it is handed on as unreadable. */
function readItem<T>(schema: z.ZodType<T>, raw: unknown): T | UnreadableItem {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const { id, created_at } = (raw ?? {}) as { id?: unknown; created_at?: unknown };
  return {
    id: typeof id === 'string' ? id : null,
    created_at: Number.isSafeInteger(created_at) ? (created_at as number) : null,
    raw,
  };
}

function readItems(operation: string, body: unknown): unknown[] {
  const { items } = body as { items?: unknown };
  if (!Array.isArray(items)) throw new RazorpayUnavailable(operation, 200, 'the answer is no list');
  return items;
}

export function createRazorpay(options: RazorpayOptions): Razorpay {
  const { metrics } = options;
  const exchange = createExchanger(options.keyId, options.keySecret, options.apiUrl);
  const clock = createRazorpayClock();
  const pace = createPace((pauseMs) => metrics.pace.set(pauseMs / 1_000));

  async function call<T>(operation: string, how: CallOptions, ask: Ask, read: (body: unknown) => T) {
    return await retrying(how.retry ?? options.retry ?? PATIENT, how.signal, async () => {
      // Somebody waits for the calls that bring a policy of their own.
      if (!how.retry) await pace.turn(how.signal);
      const observe = metrics.callSeconds.startTimer({ operation });
      how.onCall?.();
      try {
        const timeoutMs = how.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
        const { body, date, durationMs } = await exchange(operation, ask, { timeoutMs, signal: how.signal });
        clock.hear(date);
        const value = read(body);
        metrics.calls.inc({ operation, answer: 'ok' });
        pace.hear(false);
        return { value, observedAt: observedAt(date, durationMs) };
      } catch (error) {
        if (error instanceof RazorpayRateLimited) pace.hear(true);
        metrics.calls.inc({ operation, answer: how.signal?.aborted ? 'aborted' : failureKind(error) });
        throw error;
      } finally {
        observe();
      }
    });
  }

  async function one<T>(
    operation: string,
    schema: z.ZodType<T>,
    id: string,
    how: CallOptions,
    ask: Ask,
  ): Promise<Fetched<T>> {
    const { value, observedAt } = await call(operation, how, ask, (body) => readOne(operation, schema, body, id));
    return { entity: value, observedAt };
  }

  async function list<T>(operation: string, schema: z.ZodType<T>, how: CallOptions, ask: Ask): Promise<Page<T>> {
    const { value, observedAt } = await call(operation, how, ask, (body) => readItems(operation, body));
    return { items: value.map((raw) => readItem(schema, raw)), observedAt };
  }

  return {
    clock,
    async hearClock(how = {}) {
      await call(
        'clock',
        how,
        (sdk) => sdk.payments.all({ count: 1 }),
        (body) => readItems('clock', body),
      );
    },
    payment: async (id, how = {}) => {
      checked('payment', id, PAYMENT_ID);
      return await one('payment', paymentEntity, id, how, (sdk) => sdk.payments.fetch(id));
    },
    order: async (id, how = {}) => {
      checked('order', id, ORDER_ID);
      return await one('order', orderEntity, id, how, (sdk) => sdk.orders.fetch(id));
    },
    qrCode: async (id, how = {}) => {
      checked('qr_code', id, QR_CODE_ID);
      return await one('qr_code', qrCodeEntity, id, how, (sdk) => sdk.qrCode.fetch(id));
    },
    refund: async (id, how = {}) => {
      checked('refund', id, REFUND_ID);
      return await one('refund', refundEntity, id, how, (sdk) => sdk.refunds.fetch(id));
    },
    dispute: async (id, how = {}) => {
      checked('dispute', id, DISPUTE_ID);
      return await one('dispute', disputeEntity, id, how, (sdk) => sdk.disputes.fetch(id));
    },
    qrCodeOf: async (paymentId, how = {}) => {
      checked('qr_code_of', paymentId, PAYMENT_ID);
      const query = { payment_id: paymentId, count: 1 };
      const operation = 'qr_code_of';
      try {
        const { value, observedAt } = await call(
          operation,
          how,
          (sdk) => sdk.qrCode.all(query),
          (body) => {
            const [first] = readItems(operation, body);
            return first === undefined ? null : readOne(operation, qrCodeEntity, first);
          },
        );
        return value === null ? null : { entity: value, observedAt };
      } catch (error) {
        // Asked once more it would refuse once more: no payment may wait for that.
        if (error instanceof RazorpayRejected) return null;
        throw error;
      }
    },
    refundsOf: async (paymentId, { skip }, how = {}) => {
      checked('refunds_of', paymentId, PAYMENT_ID);
      const query = { payment_id: paymentId, count: PAGE, skip };
      return await list('refunds_of', refundEntity, how, (sdk) => sdk.refunds.all(query));
    },
    payments: (query, how = {}) =>
      list('payments', paymentEntity, how, (sdk) => sdk.payments.all({ ...query, count: PAGE })),
    refunds: (query, how = {}) =>
      list('refunds', refundEntity, how, (sdk) => sdk.refunds.all({ ...query, count: PAGE })),
    paymentsOfQrCode: async (id, query, how = {}) => {
      checked('payments_of_qr_code', id, QR_CODE_ID);
      return await list('payments_of_qr_code', paymentEntity, how, (sdk) =>
        sdk.qrCode.fetchAllPayments(id, { ...query, count: PAGE }),
      );
    },
    disputes: ({ skip }, how = {}) =>
      list('disputes', disputeEntity, how, (sdk) => sdk.disputes.all({ count: PAGE, skip })),
  };
}
