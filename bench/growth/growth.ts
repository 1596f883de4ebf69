/**
 * How cost grows with what is in the store: a whole QRFlow on more and more payments, the same work at each size, and how
 * much memory the services hold. Payments are put into the store past the services, as these would have written them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { attendee, event, payment, ticketMail } from '../../services/gateway/testing/documents.ts';
import { PRICE } from '../load/books.ts';
import { fill } from '../load/filled.ts';
import type { ServiceName, Stage } from '../process/stage.ts';
import { openWhole, type Whole } from '../process/whole.ts';
import { type Measure, measures } from './measures.ts';

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

const MEGABYTE = 1_048_576;

async function held({ services }: Whole): Promise<Record<ServiceName, number>> {
  // What a request used goes a moment later.
  await sleep(1_000);
  const all = await Promise.all(
    (Object.keys(services) as ServiceName[]).map(async (name) => {
      return [name, (await services[name].memory()) / MEGABYTE] as const;
    }),
  );
  return Object.fromEntries(all) as Record<ServiceName, number>;
}

/** @param sizes ascending. @param step hears what is going on */
export async function growth(
  stage: Stage,
  sizes: readonly number[],
  signal: AbortSignal,
  step: (what: string) => void,
): Promise<AtSize[]> {
  const inAMonth = new Date(Date.now() + 30 * 86_400_000);
  const whole = await openWhole(stage, {
    change: { RECOVERY_INTERVAL: '1s' },
    prepare: async (store) =>
      void (await store.events.create(event(1, { date: inAMonth, prices: [{ amount: PRICE, from: new Date(0) }] }))),
  });
  try {
    const results: AtSize[] = [];
    let filled = 0;
    for (const size of sizes) {
      step(`${size} payments: filling the store`);
      await fill(whole.store, 'payments', size - filled, (n) => payment(filled + n, { attendee_id: filled + n }));
      await fill(whole.store, 'attendees', size - filled, (n) => attendee(filled + n));
      await fill(whole.store, 'mails', size - filled, (n) => ticketMail(filled + n));
      await whole.store.counters.updateOne({ _id: 'attendees' }, { $max: { n: 2 * size } }, { upsert: true });
      filled = size;
      const costs: Cost[] = [];
      for (const measure of measures(stage)) {
        signal.throwIfAborted();
        step(`${size} payments: ${measure.name}`);
        costs.push(await costOf(whole, measure));
      }
      results.push({ payments: size, costs, memory: await held(whole) });
    }
    return results;
  } finally {
    await whole.close();
  }
}
