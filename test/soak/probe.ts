/**
 * Loaded into a service's process before its own code: answers over the process's channel with what it holds after a
 * garbage collection. Needs --expose-gc.
 */
import { setImmediate as turn } from 'node:timers/promises';

export interface Held {
  /** Bytes in use after garbage collection. */
  heap: number;
  /** Of each kind of handle or request how many keep the process alive; timers left out, they come and go. */
  handles: Record<string, number>;
}

async function held(): Promise<Held> {
  // What one collection finalises, the next one frees.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await turn();
  }
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (!['Timeout', 'Immediate'].includes(kind)) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heap: process.memoryUsage().heapUsed, handles };
}

process.on('message', () => {
  held().then(
    (answer) => process.send?.(answer),
    () => undefined,
  );
});
// The channel alone keeps no process alive.
process.channel?.unref();
