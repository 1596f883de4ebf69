/**
 * Held and awaiting payments are decided again from what is true now, so that they go on by themselves once the reason
 * is gone: an organiser set the event, a seat came free, a first payment was refunded, time passed. Reads in batches
 * and settles only those that would come out differently, oldest payment first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { HOLD_REASONS, type HoldReason } from '../../../shared/outcome.ts';
import type { EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { type Decision, decide, type Rules, type Surroundings } from '../decide/decide.ts';
import { claimPayment } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { aim, attendeeFilter, loadEvents, pickAttendees } from '../settle/surroundings.ts';

const BATCH = 200;

/** Another replica is at one of them: after so many milliseconds, and longer each time, it is looked at once more. */
const BUSY_MS = 100;
const LOOKS = 5;

/** Free seats an event has left; those without a limit always have one. */
async function freeSeats(store: Store, events: readonly EventDoc[]): Promise<Map<number, number>> {
  const limited = events.filter(({ capacity }) => capacity !== null);
  const counts = await Promise.all(
    limited.map(({ _id }) => store.attendees.countDocuments({ event_id: _id, live: true })),
  );
  return new Map(limited.map(({ _id, capacity }, index) => [_id, (capacity ?? 0) - (counts[index] ?? 0)]));
}

/** Also in what a person is told of the hold: the other ticket of the student's may be another one by now. */
const differs = (payment: PaymentDoc, { outcome, choice }: Decision): boolean =>
  payment.outcome?.kind !== outcome.kind ||
  payment.outcome.reason !== (outcome.kind === 'held' ? outcome.reason : null) ||
  (outcome.kind === 'held' && !isDeepStrictEqual(payment.outcome.about ?? {}, outcome.about)) ||
  payment.event_id !== (choice?.event._id ?? null);

async function decisions(
  store: Store,
  batch: PaymentDoc[],
  events: EventDoc[],
  rules: Rules,
  seats: Map<number, number>,
) {
  // What waits has no live ticket that would hold it to an event.
  const targets = batch.map((payment) => aim(payment, null, events, rules));
  const found = await store.attendees.find(attendeeFilter(targets)).lean();
  const now = Math.floor(Date.now() / 1_000);
  return targets.map(({ payment, key, eventId }) => {
    const around: Surroundings = {
      events,
      ...pickAttendees(payment, key, eventId, found),
      seats: eventId === undefined || (seats.get(eventId) ?? 1) > 0,
      now,
    };
    return { payment, decision: decide(payment, around, rules) };
  });
}

interface Waiting {
  'outcome.kind': 'held' | 'awaiting';
  'outcome.reason': HoldReason | null;
  'payment.value.status'?: string;
}

/** What may come out differently by itself: each hold, and what is authorised and may turn out never to be captured. */
const WAITING: readonly Waiting[] = [
  ...HOLD_REASONS.map((reason): Waiting => ({ 'outcome.kind': 'held', 'outcome.reason': reason })),
  { 'outcome.kind': 'awaiting', 'outcome.reason': null, 'payment.value.status': 'authorized' },
];

/** Batches of these payments, oldest first; each query is one range of an index. */
async function* batches(store: Store, waiting: Waiting, eventId: number | undefined) {
  let after: { at: number; id: string } | undefined;
  for (;;) {
    const batch: PaymentDoc[] = await store.payments
      .find({
        ...waiting,
        pending: false,
        ...(eventId !== undefined && { event_id: { $in: [eventId, null] } }),
        ...(after && {
          $or: [
            { 'payment.value.created_at': { $gt: after.at } },
            { 'payment.value.created_at': after.at, _id: { $gt: after.id } },
          ],
        }),
      })
      .sort({ 'payment.value.created_at': 1, _id: 1 })
      .limit(BATCH)
      .lean();
    const last = batch.at(-1);
    if (!last) return;
    yield batch;
    after = { at: last.payment?.value.created_at ?? 0, id: last._id };
  }
}

/** One look at all. `busy`: somebody else was at a payment, or at an older one that this one must not overtake. */
async function look(tools: SettleTools, eventId: number | undefined, stopped: () => boolean) {
  const { store, rules } = tools;
  const events = await loadEvents(store);
  const seats = await freeSeats(store, events);
  const seen = { settled: 0, busy: false };

  async function consider(payment: PaymentDoc, { outcome, ...rest }: Decision): Promise<void> {
    const event = outcome.kind === 'ticketed' ? outcome.event._id : undefined;
    const left = event === undefined ? undefined : seats.get(event);
    if ((left !== undefined && left <= 0) || !differs(payment, { outcome, ...rest })) return;
    const claimed = await claimPayment(store, payment._id);
    const result = claimed && (await settle(tools, claimed.payment, claimed.claim));
    if (claimed) seen.settled++;
    if (event === undefined) return;
    if (result !== 'ticketed') seen.busy = true;
    else if (left !== undefined) seats.set(event, left - 1);
  }

  for (const waiting of WAITING)
    for await (const batch of batches(store, waiting, eventId))
      for (const { payment, decision } of await decisions(store, batch, events, rules, seats)) {
        if (stopped()) return seen;
        await consider(payment, decision);
      }
  return seen;
}

/**
 * Decides again what is held or authorised, for one event (and what has none) or for all.
 * @returns how many were settled anew
 */
export async function redecide(
  tools: SettleTools,
  eventId: number | undefined,
  stopped: () => boolean,
): Promise<number> {
  let settled = 0;
  for (let looks = 1; ; looks++) {
    const seen = await look(tools, eventId, stopped);
    settled += seen.settled;
    if (!seen.busy || looks === LOOKS || stopped()) return settled;
    await sleep(looks * BUSY_MS);
  }
}
