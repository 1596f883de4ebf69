/**
 * Which Razorpay account this store belongs to: learned from the first signed webhook, kept in `bindings`. Another
 * account's webhook means that a secret or an address is set up wrongly over there; its payments are not ours.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../../shared/log/index.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';

/** The document in `bindings`. */
export const BINDING = 'razorpay';

/** A webhook's answer never waits longer for the store than this, ms; Razorpay gives 5 s and the bus may need 2. */
const LEARN_WITHIN_MS = 300;

export interface AccountGuard {
  /** False: it comes from another account. While the store is away and nothing is known, everything passes. */
  accepts(accountId: string | null): Promise<boolean>;
  /** Takes what the store knows. */
  load(): Promise<void>;
}

export function createAccountGuard(store: Store, log: Logger): AccountGuard {
  let known: string | null = null;
  let learning: Promise<void> | undefined;

  async function learn(accountId: string): Promise<void> {
    try {
      await store.bindings.updateOne(
        { _id: BINDING, account_id: null },
        { $set: { account_id: accountId }, $setOnInsert: { mode: null } },
        { upsert: true },
      );
      log.info({ account_id: accountId }, 'webhook: learned the account');
    } catch (error) {
      // Another replica, or an earlier life of this one, has learned it.
      if (!isDuplicateKey(error)) throw error;
    }
    await load();
  }

  async function load(): Promise<void> {
    known = (await store.bindings.findById(BINDING).lean())?.account_id ?? known;
  }

  return {
    load,
    async accepts(accountId) {
      if (accountId === null) return true;
      if (known === null) {
        learning ??= learn(accountId)
          .catch((error: unknown) =>
            log.warn({ reason: (error as Error).name }, 'webhook: cannot learn the account yet'),
          )
          .finally(() => {
            learning = undefined;
          });
        await Promise.race([learning, sleep(LEARN_WITHIN_MS)]);
      }
      return known === null || known === accountId;
    },
  };
}
