/**
 * Refunds of the window, older ones that are still pending, and once a day all of the last month: one that was processed
 * may fail. Each that is new or changed is asked for by id (a list
 * may show a refund as it was) and followed to its payment. After an outage there may be thousands: then one that is new
 * here and over is believed as listed, and so is its payment, if this sweep saw it refunded.
 */
import { inParallel } from '../../../../shared/in-parallel.ts';
import { paymentFacts, type RefundFacts, refundFacts } from '../../../../shared/razorpay/facts.ts';
import type { Register } from '../../../../shared/razorpay/observation.ts';
import { digest } from '../../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { readList } from '../listing.ts';
import { asked, concernsOnly, deliver, MOST_BY_ID, readable, type Sweep, see } from '../sweep.ts';

/** Razorpay brings a refund to an end within days; one that takes longer is its support's case. */
const PENDING_SECONDS = 30 * 86_400;
/** Razorpay refunds no payment older than 6 months. */
const REFUNDABLE_SECONDS = 210 * 86_400;
const AT_ONCE = 4;
const ENDED = ['processed', 'failed'];

/** Lists lag by minutes; an older refund that is over stays as it is listed. */
const LAG_SECONDS = 3_600;

type Refunded = Pick<PaymentDoc, '_id' | 'refunds' | 'payment'>;

/** Fetches these refunds and their payment, and publishes what differs. */
async function follow(sweep: Sweep, paymentId: string, refundIds: string[], stored: PaymentDoc['refunds']) {
  const refunds: RefundFacts[] = [];
  let observedAt = Number.MAX_SAFE_INTEGER;
  for (const id of refundIds) {
    sweep.askedById++;
    try {
      const fetched = await sweep.razorpay.refund(id, asked(sweep));
      const facts = refundFacts(fetched.entity);
      if (stored?.[id]?.digest === digest(facts)) continue;
      refunds.push(facts);
      observedAt = Math.min(observedAt, fetched.observedAt);
    } catch (error) {
      if (!(await concernsOnly(sweep, id, error))) throw error;
      sweep.log.warn({ payment_id: paymentId, refund_id: id, err: error }, 'sweep: a refund is passed over');
    }
  }
  if (refunds.length === 0) return;
  try {
    const { entity, observedAt: at } = await sweep.razorpay.payment(paymentId, asked(sweep));
    // The earliest of the answers: none of the facts may claim to be newer than it is.
    const sight = { payment_id: paymentId, observed_at: Math.min(observedAt, at) };
    await deliver(sweep, { ...sight, payment: paymentFacts(entity), refunds }, 'changed', newest(refunds));
  } catch (error) {
    if (!(await concernsOnly(sweep, paymentId, error))) throw error;
    sweep.log.warn({ payment_id: paymentId, err: error }, 'sweep: the payment of a refund is passed over');
  }
  see(sweep, paymentId);
}

/** The payment step saw at least these refunds on the payment. */
const seenRefunded = (sweep: Sweep, paymentId: string, refunds: RefundFacts[]): boolean =>
  (sweep.refunded.get(paymentId) ?? 0) >= refunds.reduce((sum, { amount }) => sum + amount, 0);

async function followListed(
  sweep: Sweep,
  paymentId: string,
  refunds: RefundFacts[],
  stored: PaymentDoc['refunds'],
  observedAt: number,
) {
  const over = ({ id, status, created_at }: RefundFacts) =>
    stored?.[id] === undefined && status === 'processed' && created_at < observedAt - LAG_SECONDS;
  if (sweep.askedById < MOST_BY_ID || !refunds.every(over) || !seenRefunded(sweep, paymentId, refunds)) {
    const ids = refunds.map(({ id }) => id);
    return await follow(sweep, paymentId, ids, stored);
  }
  const sight = { payment_id: paymentId, observed_at: observedAt, refunds };
  await deliver(sweep, sight, 'changed', newest(refunds));
}

const newest = (refunds: RefundFacts[]) => Math.max(...refunds.map(({ created_at }) => created_at));

async function sweepListed(sweep: Sweep): Promise<Set<string>> {
  const seen = new Set<string>();
  const { from, to } = sweep.window;
  const pages = readList((query) => sweep.razorpay.refunds(query, asked(sweep)), { from: sweep.refundsFrom, to });
  for await (const page of pages) {
    const fresh = (await readable(sweep, page)).filter(({ id }) => !seen.has(id)).map(refundFacts);
    for (const { id } of fresh) seen.add(id);
    const ids = [...new Set(fresh.map(({ payment_id }) => payment_id))];
    const docs =
      ids.length === 0 ? [] : await sweep.store.payments.find({ _id: { $in: ids } }, { refunds: 1 }).lean<Refunded[]>();
    const stored = new Map(docs.map((doc) => [doc._id, doc.refunds]));
    // Before the window only what is known here can have changed.
    const ours = fresh.filter(({ payment_id, created_at }) => created_at >= from || stored.has(payment_id));
    const news = ours.filter((refund) => stored.get(refund.payment_id)?.[refund.id]?.digest !== digest(refund));
    const refundsOf = (paymentId: string) => news.filter(({ payment_id }) => payment_id === paymentId);
    const concerned = new Set(news.map(({ payment_id }) => payment_id));
    await inParallel(concerned, AT_ONCE, (id) =>
      followListed(sweep, id, refundsOf(id), stored.get(id), page.observedAt),
    );
    await sweep.progress();
  }
  return seen;
}

const isPending = (since: number) => (register: Register<RefundFacts>) =>
  !ENDED.includes(register.value.status) && register.value.created_at >= since;

async function sweepPending(sweep: Sweep, seen: ReadonlySet<string>): Promise<void> {
  const { to } = sweep.window;
  const filter = {
    'payment.value.amount_refunded': { $gt: 0 },
    'payment.value.created_at': { $gte: to - REFUNDABLE_SECONDS },
  };
  const docs = sweep.store.payments.find(filter, { refunds: 1 }).lean<Refunded[]>().cursor();
  const pending: [string, string[], PaymentDoc['refunds']][] = [];
  for await (const doc of docs as AsyncIterable<Refunded>) {
    const open = Object.values(doc.refunds ?? {}).filter(isPending(to - PENDING_SECONDS));
    const ids = open.map(({ value }) => value.id).filter((id) => !seen.has(id));
    if (ids.length > 0) pending.push([doc._id, ids, doc.refunds]);
  }
  await inParallel(pending, AT_ONCE, async ([paymentId, ids, refunds]) => {
    await follow(sweep, paymentId, ids, refunds);
    await sweep.progress();
  });
}

export async function sweepRefunds(sweep: Sweep): Promise<void> {
  await sweepPending(sweep, await sweepListed(sweep));
}
