/** Payments in the simulated Razorpay's books. */
import { randomBytes } from 'node:crypto';
import type { Account } from '../../deploy/simulator/state/account.ts';
import type { Payment } from '../../deploy/simulator/state/payment.ts';

export const PRICE = 29_900;

/** Details of a student whom nobody else is. */
export function studentNotes() {
  const roll = randomBytes(6).toString('hex').toUpperCase();
  return {
    ...{ name: 'Asha Rao', roll_number: roll, college_name: 'Example Institute', event_id: '1' },
    email: `${roll.toLowerCase()}@students.example.edu`,
  };
}

/** One captured payment; `createdAt` in seconds. */
export const booking = (account: Account, notes: Record<string, string> | null, createdAt: number): Payment =>
  account.ledger.createPayment({
    ...{ amount: PRICE, currency: 'INR', method: 'upi', email: null, contact: null, order_id: null },
    ...{ qr_code_id: null, status: 'captured', notes, created_at: createdAt },
  });

/** One a second without a webhook, the last one at `newest` (seconds); `notes` are null for another shop's. */
export const booked = (
  account: Account,
  newest: number,
  count: number,
  notes: () => Record<string, string> | null,
): Payment[] => account.quietly(() => Array.from({ length: count }, (_, n) => booking(account, notes(), newest - n)));
