/**
 * Mails that met a fault of the server rest for longer and longer. Once the server is back they need not: nobody should
 * wait a quarter of an hour for a ticket because the outage was long.
 */
import type { Store } from '../../../shared/store/index.ts';

const RESTING = { state: 'owed' as const, 'error.kind': 'server' };

/** One mail may try the server: if none is due, the one that was refused least is. */
export async function offerProbe(store: Store, now = new Date()): Promise<void> {
  if (await store.mails.exists({ state: 'owed', due_at: { $lte: now } })) return;
  await store.mails.findOneAndUpdate(RESTING, { $set: { due_at: now } }, { sort: { 'error.times': 1, due_at: 1 } });
}

/** The server works again: who rested because of it is due. */
export async function endRests(store: Store, now = new Date()): Promise<void> {
  await store.mails.updateMany({ ...RESTING, due_at: { $gt: now } }, { $set: { due_at: now } });
}
