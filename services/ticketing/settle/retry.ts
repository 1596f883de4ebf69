/**
 * When a settling that failed is tried again, by failures so far. The store was up, so it is Razorpay that did not
 * answer a look-up, or a fault of ours; neither gets better by hurry.
 */
const DELAYS_MS = [
  2_000, // a blip
  10_000, // a restart of ingest
  30_000,
  60_000, // Razorpay limits the rate
  300_000, // an outage; every five minutes from here on
];

/** Delay before the next try, ms. */
export const settleDelay = (failures: number): number =>
  DELAYS_MS[Math.min(Math.max(failures, 0), DELAYS_MS.length - 1)] as number;
