/** Which stretch of creation time a sweep looks at. Pure; all in whole seconds on Razorpay's clock. */

export interface WindowFacts {
  /** Razorpay's clock, now. */
  now: number;
  /** `SWEEP_WINDOW`, in seconds. */
  windowSeconds: number;
  /** Up to here, a complete sweep has seen everything; null: there was none. */
  watermark: number | null;
  /** `SWEEP_FIRST_FROM`. */
  firstFrom: number | null;
  /** When the earliest event was made; null: there is no event. */
  earliestEventCreation: number | null;
}

export interface Window {
  from: number;
  to: number;
}

/** A payment may take its time to show up in Razorpay's lists, so each sweep looks at the hour before the watermark again. */
export const OVERLAP_SECONDS = 3_600;
/** Razorpay takes no `from` before 2000. */
export const EARLIEST = 946_684_800;

/**
 * Razorpay's `Date` has whole seconds and takes a moment to get here, so its clock as we know it runs up to this late.
 * Without the allowance a sync asked for right after a payment would miss it.
 */
export const CLOCK_LATE_SECONDS = 2;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/**
 * `to` is now, safely so, and pinned for the whole sweep. `from` goes back the window, and as far as the last complete sweep; before
 * there was one, to `SWEEP_FIRST_FROM`, or else to the creation of the earliest event.
 */
export function sweepWindow({ now, windowSeconds, watermark, firstFrom, earliestEventCreation }: WindowFacts): Window {
  const known = Math.floor(now);
  const to = Math.max(EARLIEST, known + CLOCK_LATE_SECONDS);
  const since = watermark === null ? (firstFrom ?? earliestEventCreation ?? known) : watermark - OVERLAP_SECONDS;
  return { from: clamp(Math.floor(Math.min(known - windowSeconds, since)), EARLIEST, to), to };
}

/** A refund that was processed may still fail and the money come back, days later. */
const REFUNDS_BACK_SECONDS = 30 * 86_400;
const REFUNDS_EVERY_SECONDS = 86_400;

/**
 * Where the list of refunds begins: with the window, and once a day a month back. It goes by creation, so a refund that
 * fails late is in no window again. `seenTo`: up to here the last complete look so far back has seen; null: none has.
 */
export function refundsFrom({ from, to }: Window, seenTo: number | null): number {
  // Razorpay's clock may have been put back since.
  const due = to - (seenTo ?? 0) >= REFUNDS_EVERY_SECONDS || (seenTo ?? 0) > to;
  return due ? Math.max(EARLIEST, Math.min(from, seenTo ?? from) - REFUNDS_BACK_SECONDS) : from;
}
