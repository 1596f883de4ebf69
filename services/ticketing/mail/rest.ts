/**
 * Mails that met a fault of the server rest for longer and longer. Once the server is back they need not: nobody should
 * wait a quarter of an hour for a ticket because the outage was long.
 */
import type { Store } from '../../../shared/store/index.ts';
import { NOT_REFUSED_ALONE } from './refused.ts';

/** The server works again: who rested because of it is due. */
export async function endRests(store: Store, now = new Date()): Promise<void> {
  await store.mails.updateMany(
    { state: 'owed', 'error.kind': 'server', due_at: { $gt: now }, ...NOT_REFUSED_ALONE },
    { $set: { due_at: now } },
  );
}
