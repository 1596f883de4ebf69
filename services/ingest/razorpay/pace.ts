/**
 * How fast Razorpay is asked: at full speed until it answers 429, then as slowly as it takes. Its limit is unpublished, so
 * the pause between two calls grows with every 429 and shrinks a little with every answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Waits until the next call may go. @throws the signal's reason when aborted meanwhile */
  turn(signal: AbortSignal | undefined): Promise<void>;
  /** Hears how a call was answered. */
  hear(limited: boolean): void;
}

/** The pause after the first 429, and the longest, ms. */
const FIRST_MS = 25;
const LONGEST_MS = 5_000;
const SLOWER = 1.5;
/** About a dozen answers undo one 429. */
const FASTER = 0.97;

/** The next pause between calls, ms. Pure. */
export function nextPause(pauseMs: number, limited: boolean): number {
  if (limited) return Math.min(LONGEST_MS, Math.max(FIRST_MS, pauseMs * SLOWER));
  const faster = pauseMs * FASTER;
  return faster < FIRST_MS / 5 ? 0 : faster;
}

/** `show` is told each new pause, ms. */
export function createPace(show: (pauseMs: number) => void): Pace {
  let pauseMs = 0;
  let next = 0;
  return {
    async turn(signal) {
      const now = performance.now();
      const mine = Math.max(now, next);
      next = mine + pauseMs;
      if (mine > now)
        await sleep(mine - now, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    },
    hear(limited) {
      const before = pauseMs;
      pauseMs = nextPause(pauseMs, limited);
      if (pauseMs !== before) show(pauseMs);
    },
  };
}
