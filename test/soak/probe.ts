/**
 * Loaded into a service's process before its own code: answers over the process's channel with what it holds after a
 * garbage collection. Needs --expose-gc.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

export interface Held {
  /** Bytes in use after garbage collection, buffers included. */
  bytes: number;
  /** Of each kind of handle or request how many keep the process alive; timers left out, they come and go. */
  handles: Record<string, number>;
}

/** The least of so many looks: what is in work at one of them is no growth. */
const LOOKS = 3;
const APART_MS = 100;

async function bytes(): Promise<number> {
  // What one collection finalises, the next one frees.
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function held(): Promise<Held> {
  let least = await bytes();
  for (let look = 1; look < LOOKS; look++) {
    await sleep(APART_MS);
    least = Math.min(least, await bytes());
  }
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo().sort())
    if (!['Timeout', 'Immediate'].includes(kind)) handles[kind] = (handles[kind] ?? 0) + 1;
  return { bytes: least, handles };
}

process.on('message', () => {
  held().then(
    (answer) => process.send?.(answer),
    () => undefined,
  );
});
// The channel alone keeps no process alive.
process.channel?.unref();
