import { record } from '../../../shared/audit/index.ts';
import type { Logger } from '../../../shared/log/index.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { hashPassword } from './password.ts';

const FIRST_ID = 1;

/** Makes the first administrator when there is no user. The fixed id decides between replicas that start at once. */
export async function ensureFirstAdmin(store: Store, username: string, password: string, log: Logger): Promise<void> {
  if (await store.users.exists({})) return;
  await store.counters.updateOne({ _id: 'users' }, { $max: { n: FIRST_ID } }, { upsert: true });
  try {
    await store.users.create({
      _id: FIRST_ID,
      username,
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
