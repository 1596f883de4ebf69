/**
 * What our captured payments came through, each asked for once: the student's details may sit on the order or the QR
 * code, which no payment list shows. Runs after what the sweep published is settled, because only then it is known what
 * is ours. (A payment that needs them to be ours at all was looked up when it was settled.)
 */
import { inParallel } from '../../../../shared/in-parallel.ts';
import { orderFacts, QR_PAYMENT, qrFacts, wasCaptured } from '../../../../shared/razorpay/facts.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { asked, concernsOnly, deliver, type Sweep } from '../sweep.ts';

const AT_ONCE = 4;
const BATCH = 500;

/** What `noteOrigin` reads. */
export const ORIGIN_FIELDS = {
  'payment.value.status': 1,
  'payment.value.captured': 1,
  'payment.value.fee': 1,
  'payment.value.order_id': 1,
  'payment.value.description': 1,
  'order.digest': 1,
  'qr.digest': 1,
  'outcome.kind': 1,
} as const;

/** Remembers a captured payment of ours whose order or QR code nobody has looked at. */
export function noteOrigin(sweep: Sweep, { _id, payment, order, qr, outcome }: PaymentDoc): void {
  if (!payment || !outcome || outcome.kind === 'foreign' || !wasCaptured(payment.value)) return;
  const { order_id: orderId, description } = payment.value;
  if (orderId !== null && !order) sweep.orders.set(orderId, (sweep.orders.get(orderId) ?? new Set()).add(_id));
  if (orderId === null && !qr && description === QR_PAYMENT) sweep.coded.add(_id);
}

/** Adds those that this sweep has published. */
async function addPublished(sweep: Sweep): Promise<void> {
  const ids = [...sweep.deliveries.ids()];
  for (let n = 0; n < ids.length; n += BATCH) {
    const batch = { _id: { $in: ids.slice(n, n + BATCH) } };
    for (const doc of await sweep.store.payments.find(batch, ORIGIN_FIELDS).lean<PaymentDoc[]>())
      noteOrigin(sweep, doc);
  }
}

async function sweepOrder(sweep: Sweep, orderId: string, payments: ReadonlySet<string>): Promise<void> {
  const { entity, observedAt } = await sweep.razorpay.order(orderId, asked(sweep));
  const order = orderFacts(entity);
  // Not news of the payment: nothing was missed by a webhook that need not have come.
  for (const payment_id of payments)
    await deliver(sweep, { payment_id, observed_at: observedAt, order }, 'changed', null);
}

async function sweepCodeOf(sweep: Sweep, payment_id: string): Promise<void> {
  const code = await sweep.razorpay.qrCodeOf(payment_id, asked(sweep));
  if (code)
    await deliver(sweep, { payment_id, observed_at: code.observedAt, qr: qrFacts(code.entity) }, 'changed', null);
}

/** Runs what asks for one of them; a fault of that one alone is told and stops nothing. */
async function looking(sweep: Sweep, id: string, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(await concernsOnly(sweep, id, error))) throw error;
    sweep.log.warn({ razorpay_id: id, err: error }, 'sweep: an order or a payment’s QR code is passed over');
  }
  await sweep.progress();
}

export async function sweepOrigins(sweep: Sweep): Promise<void> {
  await addPublished(sweep);
  await inParallel(sweep.orders, AT_ONCE, ([id, payments]) =>
    looking(sweep, id, () => sweepOrder(sweep, id, payments)),
  );
  await inParallel(sweep.coded, AT_ONCE, (id) => looking(sweep, id, () => sweepCodeOf(sweep, id)));
}
