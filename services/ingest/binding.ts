/** A store belongs to Razorpay's test mode or to live mode, for good: test payments must never become tickets. */
import { isDuplicateKey } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/index.ts';
import { BINDING } from './webhook/account.ts';

export type Mode = 'test' | 'live';

/** The store is bound to the other mode. Nothing but another key or another store helps. */
export class WrongMode extends Error {
  override readonly name = 'WrongMode';
}

/** The key's prefix is the mode. */
export const modeOf = (keyId: string): Mode => (keyId.startsWith('rzp_live_') ? 'live' : 'test');

/**
 * Binds the store to `mode` at its first start.
 * @throws WrongMode
 */
export async function bindMode(store: Store, mode: Mode): Promise<void> {
  try {
    await store.bindings.updateOne(
      { _id: BINDING, mode: { $in: [null, mode] } },
      { $set: { mode }, $setOnInsert: { account_id: null } },
      { upsert: true },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const bound = (await store.bindings.findById(BINDING).lean())?.mode;
    // Two replicas may have made it at once.
    if (bound === mode) return;
    throw new WrongMode(
      `RAZORPAY_KEY_ID is a ${mode} key, but this store holds ${bound} payments: use a ${bound} key or another database`,
    );
  }
}
