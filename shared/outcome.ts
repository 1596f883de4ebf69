/**
 * What a payment can come to. One exhaustive list: whatever maps outcomes (metric, log line, HTTP answer) says
 * `satisfies Record<OutcomeKind, …>`, so that a new arm stops the build until all say what they do with it.
 */
export const OUTCOME_KINDS = ['foreign', 'revoked', 'awaiting', 'held', 'ticketed'] as const;
/**
 * - foreign: nothing makes it ours; kept without personal data, shown as "not ours"
 * - revoked: fully refunded, or its ticket was taken away by hand; no ticket is made and an existing one cannot be scanned
 * - awaiting: ours, but not captured yet; watched until it is final
 * - held: a person must decide; shown with its reason, and it goes on by itself when the reason is gone
 * - ticketed: attendee, ticket and mail exist
 */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export const HOLD_REASONS = [
  'unassigned_event',
  'incomplete_details',
  'wrong_currency',
  'underpaid',
  'event_full',
  'event_closed',
  'event_cancelled',
  'duplicate_payment',
  'unknown_at_razorpay',
  'not_captured',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** What a person needs to know to resolve a hold. */
export interface HoldAbout {
  /** incomplete_details: the fields that are missing. */
  missing?: string[];
  /** duplicate_payment: the payment that the student's live ticket came from. */
  other_payment_id?: string;
  /** underpaid: the price in force when it was paid, minor units. */
  price?: number;
  /** unassigned_event: what the notes call the event; no event of ours is called so. */
  event_note?: string;
}

/** Holds that a person may let go with "release": money and rules, not missing facts. */
export const RELEASABLE = [
  'wrong_currency',
  'underpaid',
  'event_full',
  'event_closed',
  'event_cancelled',
  'duplicate_payment',
] as const satisfies readonly HoldReason[];

export const FLAGS = ['partly_refunded', 'overpaid', 'disputed', 'refund_failed', 'refunded_after_entry'] as const;
/** Facts that stand beside an outcome and deserve a look, but stop nothing. */
export type Flag = (typeof FLAGS)[number];
