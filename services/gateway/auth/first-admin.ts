import { setTimeout } from 'node:timers/promises';
import { record } from '../../../shared/audit/index.ts';
import type { Logger } from '../../../shared/log/index.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { hashPassword } from './password.ts';
import { usernameKey } from './users.ts';

const FIRST_ID = 1;
const RETRY_MS = 1_000;

/** Makes the first administrator when there is no user, trying until the store lets it or `signal` says to stop. */
export async function ensureFirstAdmin(
  store: Store,
  username: string,
  password: string,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await makeFirstAdmin(store, username, password, log);
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error }, 'users: no first administrator could be made, trying again');
      await setTimeout(RETRY_MS, undefined, { signal });
    }
  }
}

/** The fixed id decides between replicas that start at once. */
async function makeFirstAdmin(store: Store, username: string, password: string, log: Logger): Promise<void> {
  if (await store.users.exists({})) return;
  await store.counters.updateOne({ _id: 'users' }, { $max: { n: FIRST_ID } }, { upsert: true });
  try {
    await store.users.create({
      _id: FIRST_ID,
      username,
      username_key: usernameKey(username),
      email: null,
      full_name: null,
      password: await hashPassword(password),
      role: 'admin',
      disabled: false,
      created_at: new Date(),
      created_by: 'gateway',
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return;
  }
  await record(store, [
    { id: `user:${FIRST_ID}:created`, action: 'user.created', actor: 'gateway', subject: `user:${FIRST_ID}` },
  ]);
  log.info({ user_id: FIRST_ID }, 'users: the first administrator was made');
}
