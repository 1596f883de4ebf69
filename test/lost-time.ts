/** How far behind this process has come since: a machine with too much to do keeps it from running. */
import { performance } from 'node:perf_hooks';

const EVERY_MS = 20;

export interface LostTime {
  /** By how much timers were late, all together, ms. */
  ms(): number;
  stop(): void;
}

export function countLostTime(): LostTime {
  let lost = 0;
  let due = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - due);
    due = now + EVERY_MS;
  }, EVERY_MS);
  return { ms: () => lost, stop: () => clearInterval(timer) };
}
