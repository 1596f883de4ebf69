/**
 * Razorpay's clock for histories: it stands while they are played and goes on only by whole seconds, so that "within the
 * same second" and "a second later" are part of the history and not of the machine's load.
 */
export interface StandingClock {
  /** Milliseconds, for the simulator. */
  now(): number;
  stand(): void;
  /** Back to the machine's time. */
  reset(): void;
  run(): void;
  /** Moves a standing clock on. */
  tick(seconds: number): void;
}

export function standingClock(): StandingClock {
  let behindMs = 0;
  let standsAt: number | null = null;
  const now = () => standsAt ?? Date.now() - behindMs;
  return {
    now,
    stand() {
      standsAt ??= now();
    },
    run() {
      if (standsAt === null) return;
      behindMs = Date.now() - standsAt;
      standsAt = null;
    },
    reset() {
      behindMs = 0;
      standsAt = null;
    },
    tick(seconds) {
      if (standsAt !== null) standsAt += seconds * 1_000;
    },
  };
}
