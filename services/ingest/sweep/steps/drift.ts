/**
 * What was published and lost against something else in the store. Versions count whole seconds and never claim too
 * much, so of two facts from about the same second the older may win. Then Razorpay is asked again, a moment later, until
 * the store says what Razorpay says: one sweep is enough (P2).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../../shared/in-parallel.ts';
import { disputeFacts, orderFacts, paymentFacts, qrFacts, refundFacts } from '../../../../shared/razorpay/facts.ts';
import { type Sighting, sightings } from '../../../../shared/razorpay/observation.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import type { Sight } from '../deliveries.ts';
import { asked, concernsOnly, deliver, type Sweep } from '../sweep.ts';

const AT_ONCE = 4;
/** A version loses at most two seconds: one to the `Date` header's resolution, one to the call. */
const ROUNDS = 3;
const PAUSE_MS = 1_100;

type Path = Sighting['path'];

/** One register, live. */
async function ask(sweep: Sweep, doc: PaymentDoc, [group, id]: Path): Promise<Sight> {
  const { razorpay } = sweep;
  const how = asked(sweep);
  const sight = (observed_at: number, facts: object): Sight => ({ payment_id: doc._id, observed_at, ...facts });
  if (group === 'refunds' && id !== undefined) {
    const { entity, observedAt } = await razorpay.refund(id, how);
    return sight(observedAt, { refunds: [refundFacts(entity)] });
  }
  if (group === 'disputes' && id !== undefined) {
    const { entity, observedAt } = await razorpay.dispute(id, how);
    return sight(observedAt, { disputes: [disputeFacts(entity)] });
  }
  if (group === 'order' && doc.order) {
    const { entity, observedAt } = await razorpay.order(doc.order.value.id, how);
    return sight(observedAt, { order: orderFacts(entity) });
  }
  if (group === 'qr' && doc.qr) {
    const { entity, observedAt } = await razorpay.qrCode(doc.qr.value.id, how);
    return sight(observedAt, { qr: qrFacts(entity) });
  }
  const { entity, observedAt } = await razorpay.payment(doc._id, how);
  return sight(observedAt, { payment: paymentFacts(entity) });
}

function differs(doc: PaymentDoc, sight: Sight): boolean {
  const [sighting] = sightings({ id: 'x', source: 'sweep', correlation_id: '', ...sight });
  if (!sighting) return false;
  const [group, id] = sighting.path;
  const found = doc[group as 'payment'] as unknown as Record<string, { digest?: string }> | undefined;
  const digest = id === undefined ? (found as { digest?: unknown } | undefined)?.digest : found?.[id]?.digest;
  return digest !== sighting.register.digest;
}

async function settle(sweep: Sweep, doc: PaymentDoc, paths: Path[], round: number): Promise<void> {
  for (const path of paths) {
    try {
      const sight = await ask(sweep, doc, path);
      if (differs(doc, sight)) await deliver(sweep, sight, 'changed', null, round);
    } catch (error) {
      if (!(await concernsOnly(sweep, path[1] ?? doc._id, error))) throw error;
    }
  }
}

/** `arrive` waits until what was published is stored. */
export async function sweepDrift(sweep: Sweep, arrive: () => Promise<void>): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) {
    const drift = sweep.deliveries.takeDrift();
    if (drift.size === 0) return;
    await sleep(PAUSE_MS, undefined, { signal: sweep.signal });
    const docs = await sweep.store.payments.find({ _id: { $in: [...drift.keys()] } }).lean<PaymentDoc[]>();
    await inParallel(docs, AT_ONCE, (doc) => settle(sweep, doc, drift.get(doc._id) ?? [], round));
    await arrive();
  }
  const left = sweep.deliveries.takeDrift().size;
  if (left > 0)
    sweep.log.info({ payments: left }, 'sweep: these change faster than they can be read; the next one looks again');
}
