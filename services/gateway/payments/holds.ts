/** Why a payment is held, in words for the person who resolves it. */
import { type HoldReason, RELEASABLE } from '../../../shared/outcome.ts';

interface HoldText {
  /** What it means. */
  text: string;
  /** What resolves it. */
  action: string;
}

/** `release` in an action: PUT /api/payments/{payment_id} {"release": true}. */
export const HOLDS = {
  unassigned_event: {
    text: 'It is not known which event this payment is for.',
    action: 'Set event_id on the payment.',
  },
  incomplete_details: {
    text: 'The student’s details are incomplete, so no ticket can be made out.',
    action: 'Fill in the fields that `about` names as missing, under details.',
  },
  wrong_currency: {
    text: 'It was paid in another currency than the event’s.',
    action: 'Release it to give a ticket all the same, or refund it at Razorpay.',
  },
  underpaid: {
    text: 'Less was paid than the price in force at that time.',
    action: 'Release it to give a ticket all the same, or refund it at Razorpay.',
  },
  event_full: {
    text: 'Every seat of the event was taken.',
    action: 'Raise the event’s capacity, release it, or refund it at Razorpay; a freed seat goes to it by itself.',
  },
  event_closed: {
    text: 'It was paid after the event had closed for payments.',
    action: 'Move the event’s closes_at or open it again, release it, or refund it at Razorpay.',
  },
  event_cancelled: {
    text: 'The event is cancelled.',
    action: 'Refund it at Razorpay, set another event_id, or release it to give a ticket all the same.',
  },
  duplicate_payment: {
    text: 'This student has a ticket for this event from another payment already.',
    action: 'Refund one of the two at Razorpay, or release it to give a second ticket.',
  },
  unknown_at_razorpay: {
    text: 'Razorpay does not know this payment.',
    action: 'Check that the right Razorpay account is connected; it goes on once Razorpay knows the payment.',
  },
  not_captured: {
    text: 'The bank authorised the money, but it was never captured; Razorpay will give it back.',
    action: 'Capture it at Razorpay’s dashboard, or turn on automatic capture there.',
  },
} as const satisfies Record<HoldReason, HoldText>;

export const isReleasable = (reason: HoldReason): boolean => (RELEASABLE as readonly HoldReason[]).includes(reason);
