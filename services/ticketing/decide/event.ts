/** Which event a payment is for. Pure. */
import type { PaymentFacts } from '../../../shared/razorpay/facts.ts';
import type { EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Reading } from './reading.ts';

/** `default` and `only` are guesses: anything that names an event beats them. */
export type ChosenBy = 'override' | 'notes' | 'qr' | 'default' | 'only';
export interface Choice {
  event: EventDoc;
  by: ChosenBy;
}

export const isGuess = (by: ChosenBy): boolean => by === 'default' || by === 'only';

const named = (events: readonly EventDoc[], text: string): EventDoc | undefined => {
  const wanted = text.toLowerCase();
  const number = wanted.match(/^#?0*(\d+)$/)?.[1];
  return events.find(({ _id, slug }) => String(_id) === number || slug?.toLowerCase() === wanted);
};

/** The notes name an event of ours. */
export const namesEvent = (events: readonly EventDoc[], { eventNote }: Reading): boolean =>
  eventNote !== null && named(events, eventNote) !== undefined;

/**
 * A person's word, then the notes' `event_id` (number or slug), the event whose QR code was paid, the default, the only
 * open event. Notes that name no event of ours are held, never guessed.
 */
export function chooseEvent(
  payment: PaymentDoc,
  reading: Reading,
  events: readonly EventDoc[],
  defaultEventId: number | undefined,
): Choice | null {
  const byId = (id: number | undefined) => events.find(({ _id }) => _id === id);
  const chosen = (event: EventDoc | undefined, by: ChosenBy): Choice | null => (event ? { event, by } : null);
  if (payment.overrides?.event_id !== undefined) return chosen(byId(payment.overrides.event_id), 'override');
  if (reading.eventNote !== null) return chosen(named(events, reading.eventNote), 'notes');
  const qr = payment.qr?.value.id;
  const ofQr = qr === undefined ? undefined : events.find(({ razorpay_qr_id }) => razorpay_qr_id === qr);
  if (ofQr) return chosen(ofQr, 'qr');
  const standard = byId(defaultEventId);
  if (standard) return chosen(standard, 'default');
  const open = events.filter(({ status }) => status === 'open');
  return open.length === 1 ? chosen(open[0], 'only') : null;
}

/** The price in force at `at` (seconds), in minor units; the first one for older payments; null: any amount will do. */
export function priceAt(event: Pick<EventDoc, 'prices'>, at: number): number | null {
  const inForce = event.prices.filter(({ from }) => from.getTime() <= at * 1_000).at(-1) ?? event.prices[0];
  return inForce?.amount ?? null;
}

/** That price where the payment can be compared with it: a currency that a person let go cannot. */
export const comparablePrice = (event: EventDoc, { currency, created_at }: PaymentFacts): number | null =>
  currency === event.currency ? priceAt(event, created_at) : null;

/** Paid after the event stopped taking payments; `at` in seconds. */
export function closedAt(event: Pick<EventDoc, 'closes_at' | 'closed_at'>, at: number): boolean {
  return [event.closes_at, event.closed_at].some(
    (end) => end !== null && end !== undefined && at * 1_000 > end.getTime(),
  );
}
