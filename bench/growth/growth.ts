/**
 * How cost grows with what is in the store: a whole QRFlow on more and more payments, the same work at each size, and how
 * much memory the services hold. Payments are put into the store past the services, as these would have written them.
 */
import { attendee, payment, ticketMail } from '../../services/gateway/testing/documents.ts';
import { fill } from '../load/filled.ts';
import type { ServiceName } from '../process/stage.ts';
import type { Whole } from '../process/whole.ts';
import type { Measure } from './measures.ts';
import { held } from './memory.ts';

export interface Cost {
  name: string;
  /** How long once took in the middle, ms. */
  ms: number;
  /** User and system time of all services, once, ms. */
  cpuMs: number;
}

export interface AtSize {
  payments: number;
  costs: Cost[];
  /** What each service holds, MB. */
  memory: Record<ServiceName, number>;
}

/** Between what is filled in for one size and the next: room for the ids and seats that the services give meanwhile. */
const APART = 10_000_000;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function costOf(whole: Whole, { name, times, once, before }: Measure): Promise<Cost> {
  await before?.(whole, times);
  const took: number[] = [];
  const used = await whole.cpuMs();
  for (let nth = 0; nth < times; nth++) {
    const began = performance.now();
    await once(whole, nth);
    took.push(performance.now() - began);
  }
  return { name, ms: median(took), cpuMs: ((await whole.cpuMs()) - used) / times };
}

/** @param sizes ascending. @param step hears what is going on */
export async function growth(
  whole: Whole,
  all: readonly Measure[],
  sizes: readonly number[],
  signal: AbortSignal,
  step: (what: string) => void,
): Promise<AtSize[]> {
  const results: AtSize[] = [];
  let filled = 0;
  for (const [nth, size] of sizes.entries()) {
    step(`${size} payments: filling the store`);
    const first = APART * (nth + 1);
    await fill(whole.store, 'payments', size - filled, (n) => payment(first + n, { attendee_id: first + n }));
    await fill(whole.store, 'attendees', size - filled, (n) => attendee(first + n));
    await fill(whole.store, 'mails', size - filled, (n) => ticketMail(first + n));
    filled = size;
    const costs: Cost[] = [];
    for (const measure of all) {
      signal.throwIfAborted();
      step(`${size} payments: ${measure.name}`);
      costs.push(await costOf(whole, measure));
    }
    results.push({ payments: size, costs, memory: await held(whole) });
  }
  return results;
}
