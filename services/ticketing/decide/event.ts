/** Which event a payment is for. Pure. */
import type { PaymentFacts } from '../../../shared/razorpay/facts.ts';
import { digest } from '../../../shared/razorpay/version.ts';
import type { AttendeeDoc, ChosenBy, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Reading } from './reading.ts';

export interface Choice {
  event: EventDoc;
  by: ChosenBy;
}

/** Anything that names an event beats a guess. */
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

/** What a payment itself says of its event: the same text for as long as it says the same. (Its QR code never changes.) */
export const evidence = ({ overrides }: PaymentDoc, { eventNote }: Reading): string =>
  digest([overrides?.event_id ?? null, eventNote]);

/** As when its event was chosen: what became of events since counts no more. */
const saysTheSame = (payment: PaymentDoc, reading: Reading): boolean =>
  !payment.event_choice || payment.event_choice.evidence === evidence(payment, reading);

/** Its notes or its QR code named an event of ours when it was settled, though none goes by that name or code today. */
export const namedItsEvent = (payment: PaymentDoc, reading: Reading): boolean =>
  Boolean(payment.event_choice && !isGuess(payment.event_choice.by)) && saysTheSame(payment, reading);

/**
 * The event that counts. Who paid for one does not come to another because events were opened, closed, or given the other's
 * QR code or slug since: what the payment says has to change, or to name an event where there was but a guess. No guess
 * takes a ticket away, nor moves a payment that was guessed before; once a ticket was used at the door nothing moves it, or
 * one payment would open two.
 */
export function settledChoice(
  payment: PaymentDoc,
  reading: Reading,
  attendee: AttendeeDoc | null,
  events: readonly EventDoc[],
  defaultEventId: number | undefined,
): Choice | null {
  const byId = (id: number | null) => events.find(({ _id }) => _id === id);
  // What named the event is gone with the notes.
  const erased = payment.redacted_at && byId(payment.event_id);
  if (erased) return { event: erased, by: 'override' };
  const choice = chooseEvent(payment, reading, events, defaultEventId);
  const ticketed = attendee?.live ? attendee : null;
  const event = byId(ticketed?.event_id ?? payment.event_id);
  if (!event) return choice;
  if (ticketed?.checked_in_at) return { event, by: choice?.by ?? 'only' };
  const before = payment.event_choice?.by;
  const guessedBefore = before === undefined || isGuess(before);
  const named = choice !== null && !isGuess(choice.by);
  if (guessedBefore && named) return choice;
  const paidAt = payment.payment?.value.created_at;
  // Guessed for one that took no more payments by then: whatever it was for, it was not that.
  if (guessedBefore && !ticketed && paidAt !== undefined && closedAt(event, paidAt)) return choice;
  const stays = saysTheSame(payment, reading) || (ticketed !== null && !named);
  return stays ? { event, by: before ?? choice?.by ?? 'only' } : choice;
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
