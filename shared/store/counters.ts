/** Small integer ids that people can type. Taken in blocks, so that most of them cost no round trip; gaps are fine. */

import { isDuplicateKey } from './errors.ts';
import type { Store } from './index.ts';

/** Adds `by` to a counter and returns its new value. */
export async function increase(store: Store, counter: string, by = 1): Promise<number> {
  for (;;) {
    try {
      const doc = await store.counters
        .findOneAndUpdate({ _id: counter }, { $inc: { n: by } }, { upsert: true, returnDocument: 'after' })
        .lean();
      if (doc) return doc.n;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

/** A source of ids unique over all replicas. */
export function idSource(store: Store, counter: string, block: number): () => Promise<number> {
  let next = 1;
  let last = 0;
  let filling: Promise<void> | undefined;
  const fill = async () => {
    const end = await increase(store, counter, block);
    next = end - block + 1;
    last = end;
  };
  return async () => {
    while (next > last) {
      filling ??= fill().finally(() => {
        filling = undefined;
      });
      await filling;
    }
    return next++;
  };
}
