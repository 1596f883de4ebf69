/**
 * The sweep's own document: anybody can see how far it is, and that it died. Every write asks that it is still
 * `running`: once another replica has called it interrupted, it stays so.
 */
import type { SweepCounts, SweepDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** A replica that has not said for so long that it is at work is dead, ms. */
export const LEASE_MS = 60_000;
export const RENEW_MS = 20_000;

type Sweeps = Pick<Store, 'sweeps'>;

export type Opening = Pick<SweepDoc, '_id' | 'kind' | 'requested_by' | 'payment_id' | 'correlation_id'>;

export async function openRecord(store: Sweeps, opening: Opening, counts: SweepCounts): Promise<void> {
  const now = new Date();
  await store.sweeps.collection.insertOne(
    {
      ...opening,
      state: 'running',
      from: null,
      to: null,
      started_at: now,
      ended_at: null,
      lease_until: new Date(now.getTime() + LEASE_MS),
      step: 'starting',
      counts: { ...counts },
      error: null,
    } as never,
    { writeConcern: { w: 'majority', journal: true } },
  );
}

/** False: it is not running any more, whoever said so. */
export async function updateRecord(
  store: Sweeps,
  id: string,
  fields: Partial<Pick<SweepDoc, 'step' | 'counts' | 'from' | 'to'>>,
): Promise<boolean> {
  const lease_until = new Date(Date.now() + LEASE_MS);
  const { matchedCount } = await store.sweeps.updateOne(
    { _id: id, state: 'running' },
    { $set: { ...fields, ...(fields.counts && { counts: { ...fields.counts } }), lease_until } },
  );
  return matchedCount === 1;
}

/** How a sweep ended. */
export interface Ending {
  state: 'complete' | 'failed' | 'interrupted';
  error: string | null;
}

/** False: somebody else has ended it. */
export async function closeRecord(store: Sweeps, id: string, ending: Ending, counts: SweepCounts): Promise<boolean> {
  const { matchedCount } = await store.sweeps.updateOne(
    { _id: id, state: 'running' },
    { $set: { ...ending, counts: { ...counts }, ended_at: new Date(), step: 'ended' } },
  );
  return matchedCount === 1;
}

/** Calls those interrupted whose replica has died; returns them. Any replica may do this at any time. */
export async function closeOrphans(store: Sweeps, now = new Date()): Promise<SweepDoc[]> {
  const dead = await store.sweeps.find({ state: 'running', lease_until: { $lt: now } }).lean<SweepDoc[]>();
  const closed: SweepDoc[] = [];
  for (const doc of dead) {
    const error = 'the process that ran it ended before it did';
    const { matchedCount } = await store.sweeps.updateOne(
      { _id: doc._id, state: 'running', lease_until: { $lt: now } },
      { $set: { state: 'interrupted', error, ended_at: now, step: 'ended' } },
    );
    if (matchedCount === 1) closed.push({ ...doc, state: 'interrupted', error });
  }
  return closed;
}
