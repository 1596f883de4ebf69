/** A body that could not be read is read once more, by today's software, when its dead letter is replayed. Pure. */
import { z } from 'zod';
import type { Requests } from '../../../shared/bus/requests.ts';
import { PAYMENT_ID } from '../../../shared/razorpay/ids.ts';
import { translate } from '../webhook/translate.ts';

const text = z.string().optional().catch(undefined);
const named = z.looseObject({ id: text, payment_id: text });
const inside = z.looseObject({ entity: named });
const ENTITIES = ['payment', 'refund', 'dispute'] as const;

/** The payment that it speaks of, whatever else is wrong with it: a webhook, or an entry of one of Razorpay's lists. */
export function paymentNamedIn(bytes: Uint8Array): string | null {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  const payload = z.looseObject({ payload: z.record(z.string(), z.unknown()) }).safeParse(json).data?.payload ?? {};
  const entities = [json, ...ENTITIES.map((name) => inside.safeParse(payload[name]).data?.entity)];
  const ids = entities.flatMap((entity) => {
    const { id, payment_id } = named.safeParse(entity).data ?? {};
    return [payment_id, id];
  });
  return ids.find((id) => id !== undefined && PAYMENT_ID.test(id)) ?? null;
}

export function readAgain(bytes: Uint8Array, correlationId: string): Requests['ingest.read']['answer'] {
  const read = translate(bytes, correlationId);
  if (read.kind === 'unreadable') return { kind: 'unreadable', reason: read.reason, payment_id: paymentNamedIn(bytes) };
  if (read.kind === 'unused') return { kind: 'unused' };
  return { kind: 'observation', observation: read.observation, unread: read.unread };
}
