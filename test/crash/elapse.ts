/**
 * Time passing, without waiting for it: what the store says about a moment is moved into the past. Only what the time
 * still has something to do with is moved, and what a living process holds is left to it.
 */
import type { Model } from 'mongoose';
import type { Store } from '../../shared/store/index.ts';

/** Tokens of the claims and leases that a dead ticketing held. */
export type Orphaned = readonly string[];

/** What is held at this moment: read right after the death of the only ticketing there is. */
export async function orphaned(store: Store): Promise<Orphaned> {
  const [payments, mails] = await Promise.all([
    store.payments.find({ settling: { $ne: null } }, { settling: 1 }).lean(),
    store.mails.find({ lease: { $ne: null } }, { lease: 1 }).lean(),
  ]);
  const holders = [...payments.map(({ settling }) => settling), ...mails.map(({ lease }) => lease)];
  return holders.flatMap((held) => (held ? [held.token] : []));
}

function dates(value: unknown, path = ''): [path: string, at: Date][] {
  if (value instanceof Date) return [[path, value]];
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inside]) => dates(inside, path === '' ? key : `${path}.${key}`));
}

async function shift({ collection }: Pick<Model<unknown>, 'collection'>, filter: object, ms: number): Promise<void> {
  for (const doc of await collection.find(filter).toArray()) {
    const found = dates(doc);
    const moved = found.map(([path, at]) => [path, new Date(at.getTime() - ms)]);
    // Only if they are still what they were: a process may have written meanwhile.
    await collection.updateOne({ _id: doc._id, ...Object.fromEntries(found) }, { $set: Object.fromEntries(moved) });
  }
}

/** Lets `ms` pass for everything unfinished. */
export async function elapse(store: Store, ms: number, dead: Orphaned): Promise<void> {
  const free = (held: string) => ({ $or: [{ [held]: null }, { [`${held}.token`]: { $in: dead } }] });
  await shift(store.payments, { pending: true, ...free('settling') }, ms);
  await shift(store.mails, { state: { $in: ['owed', 'sending'] }, ...free('lease') }, ms);
}

/** Lets the next scheduled sweep be due, and what an interrupted one held run out. Nobody may be sweeping. */
export async function untilNextSweep(store: Store, ms = 2 * 3_600_000): Promise<void> {
  await shift(store.schedules, {}, ms);
  await shift(store.sweeps, { state: 'running' }, ms);
}
