/** Razorpay's books after days in which nobody listened: made in bulk, without a webhook. */
import type { Account } from '../../deploy/simulator/state/account.ts';
import type { Payment } from '../../deploy/simulator/state/payment.ts';
import { student } from '../world.ts';

/** Nothing is younger, so that it is history and not an event on its way, s. */
const QUIET_SECONDS = 2 * 3_600;

/** Attempts since `since` (seconds), evenly spread, a quarter of them failed; oldest first. */
export function attempts(account: Account, since: number, count: number): Payment[] {
  const until = account.clock.seconds() - QUIET_SECONDS;
  return account.quietly(() =>
    Array.from({ length: count }, (_, n) => {
      // No address: what is tried is the sweep, and a mail costs the store as much as a payment.
      const { email: _none, ...notes } = student();
      return account.ledger.createPayment({
        amount: 29_900,
        currency: 'INR',
        method: 'upi',
        email: null,
        contact: null,
        notes,
        order_id: null,
        qr_code_id: null,
        status: n % 4 === 3 ? 'failed' : 'captured',
        created_at: since + Math.floor(((until - since) * n) / count),
      });
    }),
  );
}

/** Refunds the first `count` of these that were captured, in full, a minute after they were paid. */
export function refund(account: Account, payments: readonly Payment[], count: number): void {
  const captured = payments.filter(({ id }) => account.ledger.payment(id).status === 'captured').slice(0, count);
  account.quietly(() => {
    for (const { id, created_at } of captured) account.ledger.refund(id, undefined, 'processed', created_at + 60);
  });
}
