/** How the one webhook is set up, and how badly the way to it behaves. */
export interface WebhookConfig {
  url: string | null;
  /** Signs new events. Without one no signature is sent, as at Razorpay. */
  secret: string | null;
  enabled: boolean;
  /** Signs new events instead of `secret` while set: what a rotation looks like from the receiver. */
  use_secret: string | null;
  /** Share of events that are never sent, 0 to 1. */
  drop: number;
  /** Share of events that are sent twice, 0 to 1. */
  duplicate: number;
  /** Each event waits that long. */
  delay_ms: number;
  /** Each event waits a random time up to that long in addition, so that they overtake each other. */
  shuffle_ms: number;
  /** Multiplies every retry time and the 24 h to disabling: 0.001 makes a day 86 seconds. */
  retry_scale: number;
  /** Razorpay waits 5,000. */
  answer_within_ms: number;
  seed: number | null;
}
