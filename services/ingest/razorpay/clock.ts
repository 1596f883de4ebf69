/**
 * Razorpay's clock, as its answers tell it. Facts are ordered by that clock, so ours may be wrong without harm.
 */
export interface RazorpayClock {
  /** Whole seconds; never ahead of Razorpay's own. Ours where nothing was heard yet. */
  now(): number;
  /** How long ago it was last heard, ms; Infinity: never. */
  ageMs(): number;
  /** Takes the `Date` header of an answer that arrived just now. */
  hear(date: string | undefined): void;
}

export function createRazorpayClock(): RazorpayClock {
  let aheadMs = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  return {
    now: () => Math.floor((Date.now() + aheadMs) / 1_000),
    ageMs: () => performance.now() - heardAt,
    hear(date) {
      const at = Date.parse(date ?? '');
      if (Number.isNaN(at)) return;
      aheadMs = at - Date.now();
      heardAt = performance.now();
    },
  };
}

/**
 * When the facts of an answer were true at the latest certain moment, in seconds: its `Date` less the call's duration,
 * so that no fact claims to be newer than it is. Without a usable header our own clock must do.
 */
export function observedAt(date: string | undefined, durationMs: number, ownNowMs = Date.now()): number {
  const at = Date.parse(date ?? '');
  return Math.max(0, Math.floor(((Number.isNaN(at) ? ownNowMs : at) - durationMs) / 1_000));
}
