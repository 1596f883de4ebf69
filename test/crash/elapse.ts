/**
 * Time passing, without waiting for it: what the store says about a moment is moved into the past. Only what the time
 * still has something to do with is moved, and what a living process holds is left to it.
 */
import type { Model } from 'mongoose';
import { LEASE_MS } from '../../services/ticketing/mail/claim.ts';
import { CLAIM_MS } from '../../services/ticketing/settle/claim.ts';
import type { Store } from '../../shared/store/index.ts';

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

/**
 * Lets `ms` pass for everything unfinished that nobody is at. What was taken before `died` is nobody's any more, also where
 * the store heard of it after the death: what the dead had sent was still on its way.
 */
export async function elapse(store: Store, ms: number, died: Date | null): Promise<void> {
  const free = (held: string, leaseMs: number) => ({
    $or: [{ [held]: null }, ...(died ? [{ [`${held}.until`]: { $lt: new Date(died.getTime() + leaseMs) } }] : [])],
  });
  await shift(store.payments, { pending: true, ...free('settling', CLAIM_MS) }, ms);
  await shift(store.mails, { state: { $in: ['owed', 'sending'] }, ...free('lease', LEASE_MS) }, ms);
}

/** Lets the next scheduled sweep be due, and what an interrupted one held run out. Nobody may be sweeping. */
export async function untilNextSweep(store: Store, ms = 2 * 3_600_000): Promise<void> {
  await shift(store.schedules, {}, ms);
  await shift(store.sweeps, { state: 'running' }, ms);
}
