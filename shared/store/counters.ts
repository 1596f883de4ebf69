/** Small integer ids that people can type. Taken in blocks, so that most of them cost no round trip; gaps are fine. */

import type { Model } from 'mongoose';
import { duplicateFields, isDuplicateKey } from './errors.ts';
import type { Store } from './index.ts';

/**
 * Takes the next `by` numbers of a counter and returns the last of them. One that is behind the numbers that are taken, as a
 * backup may bring it, catches up: what is taken is above `taken`.
 */
async function increase(store: Store, counter: string, by: number, taken: number): Promise<number> {
  const n = { $add: [{ $max: ['$n', taken] }, by] };
  for (;;) {
    try {
      const doc = await store.counters
        .findOneAndUpdate({ _id: counter }, [{ $set: { n } }], {
          upsert: true,
          returnDocument: 'after',
          updatePipeline: true,
        })
        .lean();
      if (doc) return doc.n;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
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
  let taken = 0;
  for (;;) {
    const doc = make(await increase(store, counter, 1, taken));
    try {
      await model.create(doc);
      return doc;
    } catch (error) {
      if (!isDuplicateKey(error) || duplicateFields(error).some((field) => field !== '_id')) throw error;
      const [last] = await model.find({}, { _id: 1 }).sort({ _id: -1 }).limit(1).lean<{ _id: number }[]>();
      taken = last?._id ?? 0;
    }
  }
}

/** Ids unique over all replicas, each higher than the last. */
export interface IdSource {
  (): Promise<number>;
  /** Null where the next one is above `most`, which then is not taken. */
  (most: number): Promise<number | null>;
}

/** @param highest the highest id that is taken; asked once */
export function idSource(store: Store, counter: string, block: number, highest: () => Promise<number>): IdSource {
  let next = 1;
  let last = 0;
  let taken: number | undefined;
  let filling: Promise<void> | undefined;

  async function fill(): Promise<void> {
    taken ??= await highest();
    last = await increase(store, counter, block, taken);
    next = last - block + 1;
  }

  function take(): Promise<number>;
  function take(most: number): Promise<number | null>;
  async function take(most = Number.POSITIVE_INFINITY): Promise<number | null> {
    while (next > last) {
      filling ??= fill().finally(() => {
        filling = undefined;
      });
      await filling;
    }
    return next > most ? null : next++;
  }
  return take;
}
