/**
 * Razorpay's webhooks in the hands of a test: none is sent by itself; each waits here, with the bytes and the signature
 * it would have had, until the history says that it arrives.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../patience.ts';
import type { World } from '../world.ts';

export interface Letter {
  paymentId: string | null;
  event: string;
  eventId: string;
  body: Buffer;
  signature: string;
}

export interface PostOffice {
  /** What Razorpay has to say since the last call, oldest first. */
  collect(): Letter[];
  /** Hands a letter to ingest until it is answered 200. */
  deliver(letter: Letter): Promise<void>;
}

/** As after a rotation: the event was signed with the secret of its day. */
export const signedBefore = (letter: Letter, secret: string): Letter => ({
  ...letter,
  signature: createHmac('sha256', secret).update(letter.body).digest('hex'),
});

/** The same event told once more under another id: the bus cannot know it, the join must. */
export const retold = (letter: Letter): Letter => ({
  ...letter,
  eventId: randomUUID().replaceAll('-', '').slice(0, 14),
});

const WITHIN_MS = PATIENCE * 30_000;

export async function openPostOffice(world: World): Promise<PostOffice> {
  await world.razorpay.control('/webhooks', { enabled: false });
  const { deliverer } = world.razorpay.simulator.account;
  let taken = 0;
  return {
    collect() {
      const fresh = deliverer.deliveries.slice(taken);
      taken = deliverer.deliveries.length;
      return fresh.map(({ payment_id, event, event_id, body, signature }) => ({
        paymentId: payment_id,
        event,
        eventId: event_id,
        body,
        signature: signature ?? '',
      }));
    },
    async deliver({ body, eventId, signature }) {
      const url = `http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`;
      const headers = { 'X-Razorpay-Signature': signature, 'X-Razorpay-Event-Id': eventId };
      const end = Date.now() + WITHIN_MS;
      for (;;) {
        const { status } = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
        if (status === 200) return;
        if (status !== 503 || Date.now() > end) throw new Error(`ingest answered ${status} to ${eventId}`);
        await sleep(50);
      }
    },
  };
}
