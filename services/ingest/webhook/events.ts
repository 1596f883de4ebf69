/** The events of Razorpay's that we know by name. The list of events is open: an unknown one is judged by what it carries. */
export const KNOWN_EVENTS: ReadonlySet<string> = new Set([
  'payment.authorized',
  'payment.captured',
  'payment.failed',
  'payment.pending',
  'payment.dispute.created',
  'payment.dispute.under_review',
  'payment.dispute.action_required',
  'payment.dispute.won',
  'payment.dispute.lost',
  'payment.dispute.closed',
  'order.paid',
  'payment_link.paid',
  'qr_code.created',
  'qr_code.credited',
  'qr_code.closed',
  'refund.created',
  'refund.processed',
  'refund.failed',
  'refund.speed_changed',
]);

/** A metric's label: anybody can name an event anything, so what is not known is `other`. */
export const eventLabel = (event: string | null): string =>
  event === null ? 'none' : KNOWN_EVENTS.has(event) ? event : 'other';
