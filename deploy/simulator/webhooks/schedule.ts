/**
 * Razorpay's retries, in seconds after the first delivery, as seen on real ones: 0.2, 6, 19, 40, then doubling to
 * about 23 h. With the first that makes 16 deliveries.
 */
const RETRY_AFTER_S = [0.2, 6, 19, 40, 82, 164, 326, 652, 1_304, 2_608, 5_216, 10_432, 20_864, 41_728, 83_456] as const;

/** A webhook that failed for that long without one success is disabled. */
export const DISABLE_AFTER_S = 86_400;

/** Razorpay waits that long for an answer. */
export const ANSWER_WITHIN_MS = 5_000;

/** Milliseconds after the first delivery at which the next one is due, or null when 16 have been made. */
export function nextRetryMs(deliveriesMade: number, scale: number): number | null {
  const seconds = RETRY_AFTER_S[deliveriesMade - 1];
  return seconds === undefined ? null : seconds * 1000 * scale;
}
