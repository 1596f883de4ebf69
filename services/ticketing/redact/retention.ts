/**
 * Erasing by schedule: RETENTION_DAYS after its event's end, a day after the event itself was changed, and never sooner after the payment; without an event after
 * the payment alone. Bounded rounds, by one replica at a time: whoever moves `next_at` on does the round.
 */
import { randomUUID } from 'node:crypto';
import type { OutcomeKind } from '../../../shared/outcome.ts';
import type { EventDoc, RedactedBy } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { finishByHand } from '../by-hand/finish.ts';
import { claimPayment } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { redactHandMade } from './hand-made.ts';
import { redactDuplicates, redactPayment } from './redact.ts';

const BINDING = 'retention';
const DAY_MS = 86_400_000;
const ROUND_EVERY_MS = 10 * 60_000;
/** Erasing cannot be undone: a mistyped date, or a payment moved to a wrong event, can be put right for so long. */
const SECOND_THOUGHTS_MS = DAY_MS;
const BATCH = 100;
/** More are not counted: they only mean that it is behind. */
const COUNT_AT_MOST = 10_000;

type Times = Pick<EventDoc, 'date' | 'ends_at' | 'doors_close_at'>;

/** Its end, or the doors' where they close later; without either when it began. Cancelled: when it would have been. */
export const endOf = ({ date, ends_at, doors_close_at }: Times): Date =>
  new Date(Math.max(date.getTime(), ends_at?.getTime() ?? 0, doors_close_at?.getTime() ?? 0));

/**
 * In this order, so that most of what is held as a duplicate goes before the ticket that it is one of. Foreign ones hold no personal data. Null: never settled.
 */
const KINDS: readonly (Exclude<OutcomeKind, 'foreign'> | null)[] = ['held', 'awaiting', 'revoked', null, 'ticketed'];

/** The filters of what is due, first things first. `going`: events that are not over for long enough; `kept`: payments left alone. */
export function dueFilters(going: readonly number[], cutoff: Date, kept: readonly string[] = []) {
  const over = { redacted_at: null, event_id: { $nin: [...going] } };
  const elsewhere = { ...over, ...(kept.length > 0 && { _id: { $nin: [...kept] } }) };
  const seconds = Math.floor(cutoff.getTime() / 1_000);
  return {
    payments: KINDS.flatMap((kind) => [
      { ...elsewhere, 'outcome.kind': kind, 'payment.value.created_at': { $lt: seconds } },
      // Nothing but its order, or that Razorpay does not know it.
      { ...elsewhere, 'outcome.kind': kind, 'payment.value.created_at': null, first_seen_at: { $lt: cutoff } },
    ]),
    attendees: { ...over, payment_id: null, created_at: { $lt: cutoff } },
  };
}

/**
 * Payments whose student has a good ticket all the same: held at an event that is over, and ticketed for one that is not;
 * or ticketed just now.
 */
async function keptPayments(store: Store, going: number[], recent: Date): Promise<string[]> {
  const held = await store.payments
    .find(
      { redacted_at: null, 'outcome.kind': 'held', attendee_id: { $ne: null }, event_id: { $nin: going } },
      { _id: 1 },
    )
    .lean();
  const [coming, moved] = await Promise.all([
    store.attendees
      .find(
        { payment_id: { $in: held.map(({ _id }) => _id) }, live: true, event_id: { $in: going } },
        { payment_id: 1 },
      )
      .lean(),
    store.attendees
      .find({ 'ticket.issued_at': { $gte: recent }, live: true, event_id: { $nin: going } }, { payment_id: 1 })
      .lean(),
  ]);
  return [...coming, ...moved].flatMap(({ payment_id }) => payment_id ?? []);
}

async function due(store: Store, days: number, now: Date) {
  const cutoff = new Date(now.getTime() - days * DAY_MS);
  const recent = new Date(now.getTime() - SECOND_THOUGHTS_MS);
  const events = await store.events
    .find({}, { date: 1, ends_at: 1, doors_close_at: 1, updated_at: 1 })
    .lean<EventDoc[]>();
  const going = events.filter((event) => endOf(event) >= cutoff || event.updated_at >= recent).map(({ _id }) => _id);
  return dueFilters(going, cutoff, await keptPayments(store, going, recent));
}

type Due = ReturnType<typeof dueFilters>;

async function redactPayments(tools: SettleTools, filters: Due['payments'], by: RedactedBy, stopped: () => boolean) {
  const { store } = tools;
  let done = 0;
  for (const filter of filters) {
    const found = await store.payments
      .find(filter as object, { _id: 1 })
      .limit(BATCH - done)
      .lean();
    for (const { _id } of found) {
      if (stopped()) return done;
      done += (await redactDuplicates(store, _id, by)).length;
      if (await redactPayment(store, _id, by)) done++;
      const claimed = await claimPayment(store, _id);
      // Not claimed: somebody settles it at this moment, and finds that it changed.
      if (claimed) await settle(tools, claimed.payment, claimed.claim);
    }
    if (done >= BATCH) break;
  }
  return done;
}

async function redactAllHandMade(tools: SettleTools, filter: Due['attendees'], by: RedactedBy, stopped: () => boolean) {
  const { store } = tools;
  const found = await store.attendees.find(filter, { _id: 1 }).limit(BATCH).lean();
  let done = 0;
  for (const { _id } of found) {
    if (stopped()) return done;
    const emptied = await redactHandMade(store, _id, by);
    if (!emptied) continue;
    done++;
    await finishByHand(tools, emptied);
  }
  return done;
}

/** Whether this replica does the round. Also says in the store what holds, for the pages that tell people of it. */
async function takeRound(store: Store, days: number | null, now: Date): Promise<boolean> {
  const said = await store.bindings.findById(BINDING).lean();
  if (said?.days !== days)
    await store.bindings.updateOne(
      { _id: BINDING },
      { $set: { days }, $setOnInsert: { next_at: new Date(0) } },
      { upsert: true },
    );
  // Later than any round is set to: a clock that was ahead set it, and is right again.
  const most = new Date(now.getTime() + 2 * ROUND_EVERY_MS);
  if (said?.next_at && said.next_at > now && said.next_at <= most) return false;
  const taken = await store.bindings.findOneAndUpdate(
    { _id: BINDING, $or: [{ next_at: { $lte: now } }, { next_at: { $gt: most } }] },
    { $set: { next_at: new Date(now.getTime() + ROUND_EVERY_MS) } },
  );
  return taken !== null;
}

/**
 * Erases what is due, a batch of each; where more is due, the next round is at once. `days` null: nothing is ever due.
 * @returns how many were erased, or null: it is not time, or another replica does it
 */
export async function retain(
  tools: SettleTools,
  days: number | null,
  stopped: () => boolean,
  now = new Date(),
): Promise<number | null> {
  const { store, log, metrics } = tools;
  if (!(await takeRound(store, days, now))) return null;
  if (days === null) return 0;
  const filters = await due(store, days, now);
  const by: RedactedBy = { by: 'ticketing', reason: 'retention', correlation_id: randomUUID() };
  const payments = await redactPayments(tools, filters.payments, by, stopped);
  const attendees = payments < BATCH ? await redactAllHandMade(tools, filters.attendees, by, stopped) : 0;
  const redacted = payments + attendees;
  metrics.redacted.inc({ reason: 'retention' }, redacted);
  if (redacted > 0)
    log.info({ payments, attendees, correlation_id: by.correlation_id }, 'redact: erased what is kept no longer');
  if (payments >= BATCH || attendees >= BATCH)
    await store.bindings.updateOne({ _id: BINDING }, { $set: { next_at: now } });
  return redacted;
}

/** The gauge of what is due, on every replica: whichever did the last round need not do another. */
export async function countDue({ store, metrics }: SettleTools, days: number | null, now = new Date()): Promise<void> {
  if (days === null) return metrics.redactionsDue.set(0);
  const { payments, attendees } = await due(store, days, now);
  const counts = await Promise.all([
    ...payments.map((filter) => store.payments.countDocuments(filter as object).limit(COUNT_AT_MOST)),
    store.attendees.countDocuments(attendees).limit(COUNT_AT_MOST),
  ]);
  metrics.redactionsDue.set(counts.reduce((sum, count) => sum + count, 0));
}
