import { setTimeout } from 'node:timers/promises';
import { record } from '../../../shared/audit/index.ts';
import type { Logger } from '../../../shared/log/index.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Passwords } from './password.ts';
import { usernameKey } from './users.ts';

const FIRST_ID = 1;
const RETRY_MS = 1_000;

export interface FirstAdminTools {
  store: Store;
  passwords: Passwords;
  log: Logger;
}

/** Makes the first administrator when there is no user, trying until the store lets it or `signal` says to stop. */
export async function ensureFirstAdmin(
  tools: FirstAdminTools,
  username: string,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await makeFirstAdmin(tools, username, password);
    } catch (error) {
      if (signal.aborted) throw error;
      tools.log.warn({ err: error }, 'users: no first administrator could be made, trying again');
      await setTimeout(RETRY_MS, undefined, { signal });
    }
  }
}

/** The fixed id decides between replicas that start at once. */
async function makeFirstAdmin(
  { store, passwords, log }: FirstAdminTools,
  username: string,
  password: string,
): Promise<void> {
  if (await store.users.exists({})) return;
  await store.counters.updateOne({ _id: 'users' }, { $max: { n: FIRST_ID } }, { upsert: true });
  try {
    await store.users.create({
      _id: FIRST_ID,
      username,
      username_key: usernameKey(username),
      email: null,
      full_name: null,
      password: await passwords.hash(password),
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
