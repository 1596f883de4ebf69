/** Payments of the window: what the store has not, or has differently. One store query a page. */
import { inParallel } from '../../../../shared/in-parallel.ts';
import { isAbsent } from '../../../../shared/razorpay/absence.ts';
import type { PaymentEntity } from '../../../../shared/razorpay/entities.ts';
import { type PaymentFacts, paymentFacts, type QrFacts } from '../../../../shared/razorpay/facts.ts';
import { digest, paymentRank } from '../../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import type { Fetched } from '../../razorpay/client.ts';
import { NotAtRazorpay } from '../../razorpay/errors.ts';
import { readList } from '../listing.ts';
import { asked, concernsOnly, deliver, MOST_BY_ID, readable, type Sweep, see, tellAbsent } from '../sweep.ts';
import type { Window } from '../window.ts';
import { noteOrigin, ORIGIN_FIELDS } from './origins.ts';

const AT_ONCE = 8;

const DIGESTS = {
  'payment.version': 1,
  'payment.digest': 1,
  'absence.version': 1,
  ...ORIGIN_FIELDS,
  'payment.value.amount_refunded': 1,
  'qr.digest': 1,
} as const;

async function fetched(sweep: Sweep, id: string): Promise<Fetched<PaymentEntity> | null> {
  try {
    return await sweep.razorpay.payment(id, asked(sweep));
  } catch (error) {
    if (!(await concernsOnly(sweep, id, error))) throw error;
    sweep.log.warn({ payment_id: id, err: error }, 'sweep: listed, but passed over');
    return null;
  }
}

/** What a list shows has come further than what is stored: it cannot be an older sight. Only a refund that failed goes back. */
function isAhead(listed: PaymentFacts, doc: PaymentDoc | undefined): boolean {
  if (!doc?.payment) return false;
  const stored = doc.payment.value;
  const further = paymentRank(listed) - paymentRank(stored);
  return further > 0 || (further === 0 && listed.amount_refunded > stored.amount_refunded);
}

async function compare(sweep: Sweep, listed: Fetched<PaymentEntity>, doc: PaymentDoc | undefined, qr?: QrFacts) {
  const { id, created_at } = listed.entity;
  const facts = paymentFacts(listed.entity);
  const stored = doc?.payment?.digest;
  const newQr = qr !== undefined && doc?.qr?.digest !== digest(qr);
  const withQr = newQr && qr ? { qr } : {};
  const seenAt = { payment_id: id, observed_at: listed.observedAt };
  if (stored === undefined)
    return await deliver(sweep, { ...seenAt, payment: facts, ...withQr }, 'missing', created_at);
  // Not to be found for a while, and here again as it was.
  const back = doc !== undefined && isAbsent(doc);
  if (back || stored !== digest(facts)) {
    // Lists lag: the store may well be ahead of this entry, so the payment itself is asked.
    const believed = sweep.askedById >= MOST_BY_ID && isAhead(facts, doc);
    if (!believed) sweep.askedById++;
    const now = believed ? listed : await fetched(sweep, id);
    const payment = now && paymentFacts(now.entity);
    if (now && payment && (back || digest(payment) !== stored))
      return await deliver(
        sweep,
        { payment_id: id, observed_at: now.observedAt, payment, ...withQr },
        'changed',
        created_at,
      );
  }
  // Without the payment: an entry that may be stale must not look newer than a webhook on its way.
  if (newQr) await deliver(sweep, { ...seenAt, ...withQr }, 'changed', created_at);
}

/** Compares one page with the store. `qr`: they were paid through this code. */
export async function comparePage(sweep: Sweep, page: PaymentEntity[], observedAt: number, qr?: QrFacts) {
  const fresh = [...new Map(page.filter(({ id }) => !sweep.seen.has(id)).map((one) => [one.id, one])).values()];
  if (fresh.length > 0) {
    const ids = fresh.map(({ id }) => id);
    const docs = (await sweep.store.payments.find({ _id: { $in: ids } }, DIGESTS).lean()) as PaymentDoc[];
    const stored = new Map(docs.map((doc) => [doc._id, doc]));
    await inParallel(fresh, AT_ONCE, async (entity) => {
      const doc = stored.get(entity.id);
      await compare(sweep, { entity, observedAt }, doc, qr);
      if (doc) noteOrigin(sweep, doc);
      if (entity.amount_refunded) sweep.refunded.set(entity.id, entity.amount_refunded);
      see(sweep, entity.id);
    });
  }
  await sweep.progress();
}

export async function sweepPayments(sweep: Sweep, window: Window): Promise<void> {
  const pages = readList((query) => sweep.razorpay.payments(query, asked(sweep)), window);
  for await (const page of pages) await comparePage(sweep, await readable(sweep, page), page.observedAt);
}

/** Asks for one payment by id and publishes it if it differs, or that Razorpay does not know it. */
export async function checkPayment(sweep: Sweep, doc: Pick<PaymentDoc, '_id' | 'payment' | 'absence'>): Promise<void> {
  try {
    const { entity, observedAt } = await sweep.razorpay.payment(doc._id, asked(sweep));
    const payment = paymentFacts(entity);
    if (isAbsent(doc) || digest(payment) !== doc.payment?.digest)
      await deliver(sweep, { payment_id: doc._id, observed_at: observedAt, payment }, 'changed', entity.created_at);
  } catch (error) {
    if (!(await concernsOnly(sweep, doc._id, error))) throw error;
    if (error instanceof NotAtRazorpay && !isAbsent(doc)) await tellAbsent(sweep, doc._id, error);
  }
  see(sweep, doc._id);
}
