/**
 * Disputes: new ones from Razorpay's list, and those known to be open by their id. They only flag a payment, and not
 * every account may list them: a refusal is told and does not fail the sweep.
 */
import { inParallel } from '../../../../shared/in-parallel.ts';
import { type DisputeFacts, disputeFacts, paymentFacts } from '../../../../shared/razorpay/facts.ts';
import { digest } from '../../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { RazorpayRejected } from '../../razorpay/errors.ts';
import { readList } from '../listing.ts';
import { asked, concernsOnly, deliver, readable, type Sweep, see } from '../sweep.ts';

const AT_ONCE = 4;
const ENDED = ['won', 'lost', 'closed'];

type Disputed = Pick<PaymentDoc, '_id' | 'disputes' | 'payment'>;

const FIELDS = { disputes: 1, 'payment.digest': 1 } as const;

/** A list may show a dispute as it was, and time decides between its states: it is asked for by id. */
async function follow(sweep: Sweep, listed: DisputeFacts, doc: Disputed | undefined): Promise<void> {
  const { entity, observedAt } = await sweep.razorpay.dispute(listed.id, asked(sweep));
  const dispute = disputeFacts(entity);
  if (doc?.disputes?.[dispute.id]?.digest === digest(dispute)) return;
  const sight = { payment_id: dispute.payment_id, observed_at: observedAt, disputes: [dispute] };
  if (doc?.payment) return await deliver(sweep, sight, 'changed', dispute.created_at);
  // Paid before any window: its payment was never seen.
  const payment = await sweep.razorpay.payment(dispute.payment_id, asked(sweep));
  const observed_at = Math.min(observedAt, payment.observedAt);
  await deliver(sweep, { ...sight, observed_at, payment: paymentFacts(payment.entity) }, 'missing', dispute.created_at);
  see(sweep, dispute.payment_id);
}

async function followAll(sweep: Sweep, disputes: DisputeFacts[], docs: Map<string, Disputed>): Promise<void> {
  await inParallel(disputes, AT_ONCE, async (dispute) => {
    try {
      await follow(sweep, dispute, docs.get(dispute.payment_id));
    } catch (error) {
      if (!(await concernsOnly(sweep, dispute.id, error))) throw error;
      sweep.log.warn({ payment_id: dispute.payment_id, dispute_id: dispute.id, err: error }, 'sweep: passed over');
    }
  });
}

async function sweepListed(sweep: Sweep): Promise<Set<string>> {
  const seen = new Set<string>();
  // The list takes no times: it is read back to the window, and to its end where it is not newest first.
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const pages = readList((query) => sweep.razorpay.disputes(query, asked(sweep)), everything, { byTime: false });
  for await (const page of pages) {
    const fresh = (await readable(sweep, page)).filter(({ id }) => !seen.has(id)).map(disputeFacts);
    for (const { id } of fresh) seen.add(id);
    const ids = [...new Set(fresh.map(({ payment_id }) => payment_id))];
    const found =
      ids.length === 0 ? [] : await sweep.store.payments.find({ _id: { $in: ids } }, FIELDS).lean<Disputed[]>();
    const docs = new Map(found.map((doc) => [doc._id, doc]));
    const news = fresh.filter((one) => docs.get(one.payment_id)?.disputes?.[one.id]?.digest !== digest(one));
    await followAll(sweep, news, docs);
    await sweep.progress();
    const times = fresh.map(({ created_at }) => created_at);
    const newestFirst = times.every((time, n) => n === 0 || time <= (times[n - 1] ?? time));
    if (newestFirst && times.length > 1 && (times.at(-1) ?? 0) < sweep.window.from) break;
  }
  return seen;
}

async function sweepOpen(sweep: Sweep, seen: ReadonlySet<string>): Promise<void> {
  // In the order of the index that has only these: without it all payments would be read.
  const disputed = sweep.store.payments.find({ disputes: { $exists: true } }, FIELDS).sort({ first_seen_at: 1 });
  const docs = await disputed.lean<Disputed[]>();
  const open = docs
    .flatMap((doc) => Object.values(doc.disputes ?? {}).map(({ value }) => value))
    .filter(({ id, status }) => !ENDED.includes(status) && !seen.has(id));
  await followAll(sweep, open, new Map(docs.map((doc) => [doc._id, doc])));
}

export async function sweepDisputes(sweep: Sweep): Promise<void> {
  let listed: ReadonlySet<string> = new Set();
  try {
    listed = await sweepListed(sweep);
  } catch (error) {
    if (!(error instanceof RazorpayRejected)) throw error;
    sweep.log.warn({ err: error }, 'sweep: Razorpay refuses to list disputes');
  }
  await sweepOpen(sweep, listed);
}
