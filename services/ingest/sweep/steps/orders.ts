/**
 * The orders of our captured payments, each asked for once: the student's details may sit on the order's notes, which
 * no payment list shows. Runs after what the sweep published is settled, because only then it is known what is ours.
 */
import { orderFacts } from '../../../../shared/razorpay/facts.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { inParallel } from '../in-parallel.ts';
import { asked, concernsOnly, deliver, type Sweep } from '../sweep.ts';

const AT_ONCE = 4;
const BATCH = 500;

/** Adds those that this sweep has published. */
async function addPublished(sweep: Sweep): Promise<void> {
  const ids = [...sweep.deliveries.ids()];
  for (let n = 0; n < ids.length; n += BATCH) {
    const ours = await sweep.store.payments
      .find(
        {
          _id: { $in: ids.slice(n, n + BATCH) },
          order: { $exists: false },
          'payment.value.status': 'captured',
          'payment.value.order_id': { $type: 'string' },
          'outcome.kind': { $exists: true, $ne: 'foreign' },
        },
        { 'payment.value.order_id': 1 },
      )
      .lean<Pick<PaymentDoc, '_id' | 'payment'>[]>();
    for (const { _id, payment } of ours) {
      const orderId = payment?.value.order_id;
      if (orderId) sweep.orders.set(orderId, [...new Set([...(sweep.orders.get(orderId) ?? []), _id])]);
    }
  }
}

export async function sweepOrders(sweep: Sweep): Promise<void> {
  await addPublished(sweep);
  await inParallel(sweep.orders, AT_ONCE, async ([orderId, payments]) => {
    try {
      const { entity, observedAt } = await sweep.razorpay.order(orderId, asked(sweep));
      const order = orderFacts(entity);
      // Not news of the payment: nothing was missed by a webhook that need not have come.
      for (const payment_id of payments)
        await deliver(sweep, { payment_id, observed_at: observedAt, order }, 'changed', null);
    } catch (error) {
      if (!(await concernsOnly(sweep, orderId, error))) throw error;
      sweep.log.warn({ order_id: orderId, err: error }, 'sweep: an order is passed over');
    }
    await sweep.progress();
  });
}
