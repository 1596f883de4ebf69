/** Small integer ids that people can type. Taken in blocks, so that most of them cost no round trip; gaps are fine. */

import type { Model } from 'mongoose';
import { duplicateFields, isDuplicateKey } from './errors.ts';
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

/** A counter behind the ids that are taken, as a backup may bring it, catches up. */
async function catchUp(store: Store, counter: string, taken: number): Promise<void> {
  try {
    await store.counters.updateOne({ _id: counter }, { $max: { n: taken } }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await catchUp(store, counter, taken);
  }
}

/**
 * Inserts a document under the next id of its counter, which catches up where it is behind, as after a restore.
 * @throws the E11000 of any other unique key
 */
export async function createNumbered<T extends { _id: number }>(
  store: Store,
  counter: string,
  model: Model<T>,
  make: (id: number) => T,
): Promise<T> {
  for (;;) {
    const doc = make(await increase(store, counter));
    try {
      await model.create(doc);
      return doc;
    } catch (error) {
      if (!isDuplicateKey(error) || duplicateFields(error).some((field) => field !== '_id')) throw error;
      const [last] = await model.find({}, { _id: 1 }).sort({ _id: -1 }).limit(1).lean<{ _id: number }[]>();
      await catchUp(store, counter, last?._id ?? 0);
    }
  }
}

/** A source of ids unique over all replicas. `highest`: the highest id that is taken, asked once. */
export function idSource(
  store: Store,
  counter: string,
  block: number,
  highest: () => Promise<number>,
): () => Promise<number> {
  let next = 1;
  let last = 0;
  let caughtUp = false;
  let filling: Promise<void> | undefined;
  const fill = async () => {
    if (!caughtUp) await catchUp(store, counter, await highest());
    caughtUp = true;
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
