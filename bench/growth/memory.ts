/** What the services hold after many payments went through them, beside what they held after the first ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../process/stage.ts';
import type { Whole } from '../process/whole.ts';
import { wave } from './waves.ts';

export interface Held {
  /** Handled by then. */
  payments: number;
  /** Resident, MB. */
  memory: Record<ServiceName, number>;
}

const MEGABYTE = 1_048_576;
/** At once, so that what is in work is the same all the time. */
const WAVE = 250;
/** An organiser looks at the list after so many waves. */
const LOOKS_AFTER = 4;

/** What is resident now, MB. */
export async function held({ services }: Whole): Promise<Record<ServiceName, number>> {
  // What a request used goes a moment later.
  await sleep(1_000);
  const names = Object.keys(services) as ServiceName[];
  const all = names.map(async (name) => [name, (await services[name].memory()) / MEGABYTE] as const);
  return Object.fromEntries(await Promise.all(all)) as Record<ServiceName, number>;
}

/** @param counts ascending */
export async function memory(
  whole: Whole,
  counts: readonly number[],
  signal: AbortSignal,
  step: (what: string) => void,
): Promise<Held[]> {
  const results: Held[] = [];
  let handled = 0;
  let waves = 0;
  for (const count of counts) {
    while (handled < count) {
      signal.throwIfAborted();
      step(`${handled} of ${counts.at(-1)} payments`);
      const next = Math.min(WAVE, count - handled);
      await wave(whole, next, signal);
      if (waves++ % LOOKS_AFTER === 0) await whole.ask('GET', '/api/events/1/payments?limit=50');
      whole.mails.clear();
      handled += next;
    }
    results.push({ payments: handled, memory: await held(whole) });
  }
  return results;
}
