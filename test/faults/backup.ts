/** A backup as docs/runbook.md makes one: collection after collection, of a system that goes on meanwhile. */
import type { SweepDoc } from '../../shared/store/documents.ts';
import type { World } from '../world.ts';
import { sweepSince } from './people.ts';

/** Collection → its documents. */
export type Dump = Record<string, object[]>;

export async function dump({ store }: World): Promise<Dump> {
  const { db } = store.connection;
  if (!db) throw new Error('the store is not connected');
  const found: Dump = {};
  for (const { name } of await db.listCollections().toArray())
    if (!name.startsWith('system.')) found[name] = await db.collection(name).find().toArray();
  return found;
}

/** The services stop, everything is replaced by the backup, the services start. Returns the first sweep at its end. */
export async function restore(world: World, backup: Dump): Promise<SweepDoc> {
  await Promise.all([world.gateway.stop(), world.ingest.stop(), world.ticketing.stop()]);
  const { connection } = world.store;
  await connection.dropDatabase();
  for (const [name, documents] of Object.entries(backup))
    if (documents.length > 0) await connection.collection(name).insertMany(documents);
  // Whatever else was copied when: backups are restored when the next sweep is long due.
  await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date(0), lease: null } });
  const since = new Date();
  await Promise.all([world.restart.gateway(), world.restart.ingest(), world.restart.ticketing()]);
  return await sweepSince(world, since);
}
