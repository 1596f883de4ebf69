/**
 * A net below the claims: a settler that was paused past its claim and killed right after it woke may have made a ticket
 * for a payment that others found refunded meanwhile. Live tickets of the last hours whose payment did not come out as
 * ticketed go back to settling.
 */

import { reopen } from '../settle/finish.ts';
import type { SettleTools } from '../settle/settle.ts';

const LOOK_BACK_MS = 6 * 3_600_000;

export async function reconcile(tools: SettleTools): Promise<number> {
  const { store, metrics, log } = tools;
  const now = new Date();
  const stray = await store.attendees.aggregate<{ payment_id: string }>([
    {
      $match: {
        'ticket.issued_at': { $gte: new Date(now.getTime() - LOOK_BACK_MS) },
        live: true,
        payment_id: { $type: 'string' },
      },
    },
    { $lookup: { from: 'payments', localField: 'payment_id', foreignField: '_id', as: 'payment' } },
    { $match: { 'payment.pending': false, 'payment.outcome.kind': { $ne: 'ticketed' } } },
    // A payment moved to a full event is held there while its old ticket stays good.
    { $match: { 'payment.outcome.kind': { $ne: 'held' } } },
    { $project: { payment_id: 1 } },
    { $limit: 1_000 },
  ]);
  for (const { payment_id } of stray) {
    log.warn({ payment_id }, 'recovery: a live ticket without a ticketed payment, settling it again');
    metrics.reconciled.inc();
    await reopen(store, payment_id, new Date(0));
  }
  return stray.length;
}
