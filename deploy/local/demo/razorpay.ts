/** The students' side, and Razorpay's: the simulator's controls. */
import { randomBytes } from 'node:crypto';
import type { PaymentEntity, RefundEntity } from '../../../shared/razorpay/entities.ts';
import { json } from './http.ts';

/** A payment in Razorpay's books, with its refunds. */
export type Booked = PaymentEntity & { readonly refunds: readonly RefundEntity[] };

interface Delivery {
  readonly event_id: string;
  readonly body: string;
  readonly signature: string;
  /** Null: an event about no payment. */
  readonly payment_id: string | null;
  readonly duplicate: boolean;
}

export interface RazorpayControls {
  pay(payment: Record<string, unknown>): Promise<string>;
  step(paymentId: string, step: 'authorize' | 'capture' | 'fail' | 'refund'): Promise<void>;
  createQrCode(name: string): Promise<string>;
  webhooks(behaviour: Record<string, unknown>): Promise<void>;
  /** Sends what waits for its time; resolves when each was tried. */
  flush(): Promise<number>;
  /** Nothing is on its way any more. */
  idle(): Promise<boolean>;
  books(): Promise<Booked[]>;
  /** Tells every event about a payment once more, newest first, each as a new delivery; the number of them. */
  tellBackwards(webhook: string): Promise<number>;
}

const AT_ONCE = 8;

export function razorpayControls(url: string): RazorpayControls {
  const control = <T>(path: string, body?: unknown) => json<T>(`${url}/control${path}`, { body });
  return {
    pay: async (payment) => (await control<{ id: string }>('/payments', payment)).id,
    step: async (paymentId, step) => void (await control(`/payments/${paymentId}/${step}`, {})),
    createQrCode: async (name) => (await control<{ id: string }>('/qr_codes', { name })).id,
    webhooks: async (behaviour) => void (await control('/webhooks', behaviour)),
    flush: async () => (await control<{ attempted: number }>('/deliveries/flush', {})).attempted,
    async idle() {
      const { in_flight, scheduled } = await control<{ in_flight: number; scheduled: number }>('/state');
      return in_flight + scheduled === 0;
    },
    books: () => control('/payments'),
    async tellBackwards(webhook) {
      const deliveries = await control<Delivery[]>('/deliveries');
      const told = deliveries.filter(({ payment_id, duplicate }) => payment_id !== null && !duplicate).reverse();
      for (let start = 0; start < told.length; start += AT_ONCE)
        await Promise.all(told.slice(start, start + AT_ONCE).map((one) => deliver(webhook, one)));
      return told.length;
    },
  };
}

/** The event id is not signed, so a fresh one makes an old event a new delivery. */
async function deliver(webhook: string, { body, signature }: Delivery): Promise<void> {
  const answer = await fetch(webhook, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Razorpay-Event-Id': randomBytes(7).toString('hex'),
      'X-Razorpay-Signature': signature,
    },
    body,
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`a webhook was answered ${answer.status}`);
}
