import type { Attempt } from './attempt.ts';

/** `scheduled`: not sent yet. `retrying`: failed, another try is due. `failed`: no further try. `dropped`: never sent. */
export type DeliveryState = 'scheduled' | 'retrying' | 'delivered' | 'failed' | 'dropped';

/** One event on its way to the webhook; a retry has the same id, bytes and signature. */
export interface Delivery {
  readonly event_id: string;
  readonly event: string;
  readonly payment_id: string | null;
  readonly body: Buffer;
  readonly signature: string | null;
  /** The second copy of an event that is sent twice. */
  readonly duplicate: boolean;
  readonly attempts: Attempt[];
  state: DeliveryState;
  /** Why it is dropped or failed. */
  reason: string | null;
  /** When the next try is due, on the machine's clock in milliseconds; null when none is. */
  next_at: number | null;
}

export function isOver(delivery: Delivery): boolean {
  return delivery.state !== 'scheduled' && delivery.state !== 'retrying';
}

/** As `GET /control/deliveries` shows it. */
export function shown(delivery: Delivery): Record<string, unknown> {
  const next_at = delivery.next_at === null ? null : new Date(delivery.next_at).toISOString();
  return { ...delivery, next_at, body: delivery.body.toString('utf8') };
}
