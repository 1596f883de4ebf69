/** Waiting for a condition instead of sleeping. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

/** Between two looks, ms: soon at first, then less and less often, so that whoever waits takes no time from what it waits for. */
const FIRST_MS = 10;
const LAST_MS = 500;
const SLOWER = 1.25;

/** Reads until the value holds, `PATIENCE` times `withinMs` long. @throws Error with `what` and the last value when it does not come true in time */
export async function until<T>(
  read: () => Promise<T> | T,
  holds: (value: T) => boolean,
  what = 'it',
  withinMs = 30_000,
  everyMs?: number,
): Promise<T> {
  const end = Date.now() + PATIENCE * withinMs;
  for (let rest = everyMs ?? FIRST_MS; ; rest = everyMs ?? Math.min(LAST_MS, rest * SLOWER)) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`${what} did not come true in time; it was ${JSON.stringify(value)}`);
    await sleep(rest);
  }
}
