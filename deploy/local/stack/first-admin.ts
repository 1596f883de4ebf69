/** A gateway is ready a moment before its first administrator is made; whoever reads the login here wants to use it. */
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { NotReady } from './readiness.ts';

const LOOK_EVERY_MS = 100;

/** Resolves once the store has a user. Looked up there, as each sign-in that fails counts as a guess. @throws NotReady */
export async function untilFirstAdmin(mongodb: string, withinMs: number, signal: AbortSignal): Promise<void> {
  const client = new mongo.MongoClient(mongodb);
  const deadline = Date.now() + withinMs;
  try {
    while (
      (await client
        .db()
        .collection('users')
        .findOne({}, { projection: { _id: 1 } })) === null
    ) {
      if (Date.now() > deadline) throw new NotReady('gateway makes no first administrator; see its log');
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  } finally {
    await client.close();
  }
}
