/** From a webhook's bytes to what they say of a payment. Pure; nothing is guessed: what does not fit is unreadable. */
import { z } from 'zod';
import {
  disputeEntity,
  orderEntity,
  paymentEntity,
  qrCodeEntity,
  refundEntity,
} from '../../../shared/razorpay/entities.ts';
import { disputeFacts, orderFacts, paymentFacts, qrFacts, refundFacts } from '../../../shared/razorpay/facts.ts';
import { ACCOUNT_ID } from '../../../shared/razorpay/ids.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';

/**
 * - observation: it tells of a payment; `unread` says what else it carries that cannot be read: a person must look at that
 * - unused: an envelope that tells of no payment (a QR code was made, a settlement, …)
 * - unreadable: signed, but no JSON, no envelope, or an entity that does not fit; a person must look
 */
export type Translation =
  | {
      kind: 'observation';
      observation: Observation;
      unread: string | null;
      event: string;
      accountId: string | null;
      createdAt: number | null;
    }
  | { kind: 'unused'; event: string; accountId: string | null; createdAt: number | null }
  | { kind: 'unreadable'; event: string | null; accountId: string | null; reason: string };

const envelope = z.looseObject({
  entity: z.literal('event').optional(),
  event: z.string().min(1).max(200),
  // What is no account's id must not be learned as ours: every later event would be called another's.
  account_id: z.string().regex(ACCOUNT_ID).nullish().catch(null),
  created_at: z.number().int().min(0).max(99_999_999_999).nullish(),
  payload: z.record(z.string(), z.unknown()),
});

/** Thrown and caught in here only: an entity does not fit. */
class Unfit extends Error {}

/** What is no UTF-8 is refused, not mended. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws Unfit */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new Unfit('it is no JSON');
  }
}

/** What a payload may carry, by name. Made once: making a schema costs more than reading with it. */
const CARRIED = {
  payment: z.looseObject({ entity: paymentEntity }),
  order: z.looseObject({ entity: orderEntity }),
  qr_code: z.looseObject({ entity: qrCodeEntity }),
  refund: z.looseObject({ entity: refundEntity }),
  dispute: z.looseObject({ entity: disputeEntity }),
};
type Name = keyof typeof CARRIED;
type Entity<N extends Name> = z.output<(typeof CARRIED)[N]>['entity'];

/** The entity of that name in the payload, if there is one. @throws Unfit when it is there and not readable */
function entity<N extends Name>(payload: Record<string, unknown>, name: N): Entity<N> | undefined {
  const found = payload[name];
  if (found === undefined || found === null) return undefined;
  const parsed = CARRIED[name].safeParse(found);
  if (parsed.success) return parsed.data.entity as Entity<N>;
  const fields = parsed.error.issues.map(({ path }) => [name, ...path].join('.'));
  throw new Unfit(`cannot read ${[...new Set(fields)].join(', ')}`);
}

function read(body: z.output<typeof envelope>, id: string): { observation: Observation | null; unread: string | null } {
  const { payload, event } = body;
  const payment = entity(payload, 'payment');
  const unread: string[] = [];
  /** Beside a payment that can be read, one that cannot costs nobody a ticket. */
  const beside = <N extends Name>(name: N): Entity<N> | undefined => {
    try {
      return entity(payload, name);
    } catch (error) {
      if (!payment || !(error instanceof Unfit)) throw error;
      unread.push(error.message);
      return undefined;
    }
  };
  const refund = beside('refund');
  const dispute = beside('dispute');
  const paymentId = payment?.id ?? refund?.payment_id ?? dispute?.payment_id;
  // An order or a QR code alone tells of no payment.
  if (paymentId === undefined) return { observation: null, unread: null };
  if ((refund && refund.payment_id !== paymentId) || (dispute && dispute.payment_id !== paymentId))
    throw new Unfit('its entities speak of different payments');
  const order = beside('order');
  const qr = beside('qr_code');
  const times = [body.created_at, payment?.created_at, refund?.created_at, dispute?.created_at, qr?.created_at];
  const observation: Observation = {
    id,
    payment_id: paymentId,
    source: 'webhook',
    event,
    // An event cannot be older than what it carries; `payment_link.paid` and some others claim so.
    observed_at: Math.max(0, ...times.map((time) => time ?? 0), orderTime(order)),
    correlation_id: id,
    ...(payment && { payment: paymentFacts(payment) }),
    ...(order && { order: orderFacts(order) }),
    ...(qr && { qr: qrFacts(qr) }),
    ...(refund && { refunds: [refundFacts(refund)] }),
    ...(dispute && { disputes: [disputeFacts(dispute)] }),
  };
  return { observation, unread: unread.length > 0 ? unread.join('; ') : null };
}

/** Not part of the order's schema: of no use but here. */
function orderTime(order: object | undefined): number {
  const time = (order as { created_at?: unknown } | undefined)?.created_at;
  return Number.isSafeInteger(time) && (time as number) <= 99_999_999_999 ? (time as number) : 0;
}

/** `id` becomes the observation's id and correlation id. */
export function translate(bytes: Uint8Array, id: string): Translation {
  let about: { event: string | null; accountId: string | null } = { event: null, accountId: null };
  try {
    const parsed = envelope.safeParse(parseJson(bytes));
    if (!parsed.success) throw new Unfit('it is no event');
    const { event, account_id, created_at } = parsed.data;
    const known = { event, accountId: account_id ?? null };
    about = known;
    const { observation, unread } = read(parsed.data, id);
    const createdAt = created_at ?? null;
    return observation === null
      ? { kind: 'unused', ...known, createdAt }
      : { kind: 'observation', ...known, createdAt, observation, unread };
  } catch (error) {
    // Stryker disable next-line ConditionalExpression: any other error would be a fault of this very file
    if (!(error instanceof Unfit)) throw error;
    return { kind: 'unreadable', ...about, reason: error.message };
  }
}
