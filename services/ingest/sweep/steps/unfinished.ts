/**
 * Payments that are not final. Razorpay's list looks at creation time only, so a payment that is authorised days late
 * would never be seen there; Razorpay polls a silent bank for up to 5 days, hence 6.
 */
import { inParallel } from '../../../../shared/in-parallel.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { MOST_BY_ID, type Sweep } from '../sweep.ts';
import { EARLIEST } from '../window.ts';
import { checkPayment } from './payments.ts';

export const WATCH_SECONDS = 6 * 86_400;
const AT_ONCE = 4;
const FINAL = ['captured', 'refunded'];

type Unfinished = Pick<PaymentDoc, '_id' | 'payment' | 'absence' | 'checked_at'>;

const FIELDS = {
  'payment.version': 1,
  'payment.digest': 1,
  'absence.version': 1,
  checked_at: 1,
} as const;

/** Those made before `before` that were still watched when the last sweep was complete: its end is in the window. */
const unfinished = (sweep: Sweep, before: number) => ({
  'payment.value.status': { $nin: FINAL },
  manual: null,
  'payment.value.created_at': { $gte: sweep.window.from - WATCH_SECONDS, $lt: before },
});

/** Where the payment list has to begin: earlier than the window when too many older ones are not final. */
export async function listFrom(sweep: Sweep): Promise<number> {
  const { from } = sweep.window;
  const older = unfinished(sweep, from);
  const ids = await sweep.store.payments.countDocuments(older, { limit: MOST_BY_ID + 1 });
  if (ids <= MOST_BY_ID) return from;
  const [oldest] = await sweep.store.payments
    .find(older, { 'payment.value.created_at': 1 })
    .sort({ 'payment.value.created_at': 1 })
    .limit(1)
    .lean<Unfinished[]>();
  return Math.max(EARLIEST, Math.min(from, oldest?.payment?.value.created_at ?? from));
}

/** Asks for those that no list has shown, longest unchecked first. Runs after the lists. */
export async function sweepUnfinished(sweep: Sweep): Promise<void> {
  // Known only by a refund, a dispute or an order so far. One that nobody can read stays so: it takes nobody else's turn.
  const bare = await sweep.store.payments
    .find({ 'payment.value.status': null, absence: { $exists: false } }, FIELDS)
    .sort({ checked_at: 1 })
    .limit(MOST_BY_ID)
    .lean<Unfinished[]>();
  const due = bare.filter(({ _id }) => !sweep.seen.has(_id));
  const most = due.length + MOST_BY_ID;
  const known = sweep.store.payments
    .find(unfinished(sweep, sweep.window.to), FIELDS)
    .sort({ checked_at: 1 })
    .lean<Unfinished[]>()
    .cursor();
  // After an outage most of thousands were in the list just now.
  for await (const doc of known as AsyncIterable<Unfinished>) {
    if (due.length >= most) break;
    if (!sweep.seen.has(doc._id)) due.push(doc);
  }
  await known.close();
  if (due.length === 0) return;
  await inParallel(due, AT_ONCE, (doc) => checkPayment(sweep, doc));
  await sweep.store.payments.updateMany(
    { _id: { $in: due.map(({ _id }) => _id) } },
    { $set: { checked_at: new Date() } },
  );
  await sweep.progress();
}
