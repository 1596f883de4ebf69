/**
 * Seats: a seat is a unique key (event, seat) on a live attendee, taken by the insert itself, so capacity is exact
 * without transactions. Each replica takes numbers in blocks to try, so that they do not meet at the same seat.
 */
import { type IdSource, idSource } from '../../../shared/store/counters.ts';
import type { EventDoc } from '../../../shared/store/documents.ts';
import { duplicateFields, isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';

export interface SeatWish {
  paymentId: string;
  /** Seconds: of those who wait for a seat that came free, the oldest payment goes first. */
  paidAt: number;
  /** A person lets this one in although the event is full. */
  beyondCapacity: boolean;
}

export interface Seats {
  /** A seat to try, or null when there is none for this payment. */
  candidate(event: EventDoc, wish: SeatWish): Promise<number | null>;
  /** What is remembered of this event's seats is wrong. */
  forget(eventId: number): void;
}

/** As the index of seats wants it. */
const seated = (eventId: number) => ({ event_id: eventId, live: true, seat: { $gt: 0 } });

/** More at once would leave more of them to be looked for one by one when the event is nearly full. */
const BLOCKS_OF_AN_EVENT = 20;
const LARGEST_BLOCK = 50;

const blockOf = ({ capacity }: EventDoc): number =>
  capacity === null ? LARGEST_BLOCK : Math.min(LARGEST_BLOCK, Math.max(1, Math.ceil(capacity / BLOCKS_OF_AN_EVENT)));

export function seatsOf(store: Store): Seats {
  const sources = new Map<number, { take: IdSource; edition: string }>();

  const highest = async (eventId: number): Promise<number> => {
    const top = await store.attendees.findOne(seated(eventId), { seat: 1 }).sort({ seat: -1 }).lean();
    return top?.seat ?? 0;
  };

  const sourceOf = (event: EventDoc): IdSource => {
    const { _id } = event;
    const edition = JSON.stringify([event.capacity, event.updated_at]);
    const known = sources.get(_id);
    // Once there are fewer seats, as many may be taken above, and there may have been more in between: what is left of a
    // block counts as free ones, by looking.
    if (known?.edition === edition) return known.take;
    const take = idSource(store, `seats:${_id}`, blockOf(event), () => highest(_id));
    sources.set(_id, { take, edition });
    return take;
  };

  /**
   * Whether an older payment waits for a seat of this event: whoever comes later must not overtake it. One that cannot be
   * settled at the moment (`attempts`) holds up nobody, nor one that was erased: it stays held and gets no ticket.
   */
  const olderWaits = async (event: EventDoc, { paymentId, paidAt }: SeatWish): Promise<boolean> =>
    (await store.payments.exists({
      event_id: event._id,
      'outcome.reason': 'event_full',
      'outcome.kind': 'held',
      attempts: 0,
      redacted_at: null,
      $or: [
        { 'payment.value.created_at': { $lt: paidAt } },
        { 'payment.value.created_at': paidAt, _id: { $lt: paymentId } },
      ],
    })) !== null;

  async function freedSeat(event: EventDoc, capacity: number): Promise<number | null> {
    const live = await store.attendees.find(seated(event._id), { seat: 1 }).lean();
    if (live.length >= capacity) return null;
    const taken = new Set(live.map(({ seat }) => seat));
    for (let seat = 1; seat <= capacity; seat++) if (!taken.has(seat)) return seat;
    return null;
  }

  return {
    async candidate(event, wish) {
      const { capacity } = event;
      if (capacity !== null && !wish.beyondCapacity && (await olderWaits(event, wish))) return null;
      // Below it there may be free ones, so a seat within capacity that nobody had before is never one too many.
      const next = await sourceOf(event)(capacity ?? Number.POSITIVE_INFINITY);
      if (next !== null || capacity === null) return next;
      const freed = await freedSeat(event, capacity);
      return freed ?? (wish.beyondCapacity ? (await highest(event._id)) + 1 : null);
    },
    forget: (eventId) => {
      sources.delete(eventId);
    },
  };
}

/** How often another seat is tried before the surroundings are read again. */
const SEAT_TRIES = 20;

/**
 * Takes a seat by doing `take` with it, another one where somebody was faster. `again`: another unique key was taken
 * meanwhile.
 */
export async function takeSeat<T>(
  seats: Seats,
  event: EventDoc,
  wish: SeatWish,
  take: (seat: number) => Promise<T>,
): Promise<T | 'full' | 'again'> {
  for (let tries = 0; tries < SEAT_TRIES; tries++) {
    const seat = await seats.candidate(event, wish);
    if (seat === null) return 'full';
    try {
      return await take(seat);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      if (!duplicateFields(error).includes('seat')) return 'again';
      seats.forget(event._id);
    }
  }
  return 'again';
}
