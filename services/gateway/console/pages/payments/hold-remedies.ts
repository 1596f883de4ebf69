/** What resolves a hold, in the words of the console's buttons and fields; the API says it in its own (payments/holds.ts). */
import type { HoldReason } from '../../../../../shared/outcome.ts';

export const HOLD_REMEDIES: Record<HoldReason, string> = {
  unassigned_event: 'Choose the event.',
  incomplete_details: 'Fill in what is missing.',
  wrong_currency: 'Let it through to give a ticket all the same, or refund it at Razorpay.',
  underpaid: 'Let it through to give a ticket all the same, or refund it at Razorpay.',
  event_full: 'Give the event more seats, let it through, or refund it at Razorpay; a freed seat goes to it by itself.',
  event_closed: 'Change the event’s “Payments until” or open it again, let it through, or refund it at Razorpay.',
  event_cancelled: 'Refund it at Razorpay, move it to another event, or let it through to give a ticket all the same.',
  duplicate_payment: 'Refund one of the two at Razorpay, or let it through to give a second ticket.',
  unknown_at_razorpay:
    'Check that the right Razorpay account is connected; it goes on once Razorpay knows the payment.',
  not_captured: 'Capture it at Razorpay’s dashboard, or turn on automatic capture there.',
};
