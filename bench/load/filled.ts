/** A database with what a benchmark needs in it, filled past the services: as they would have written it. */
import { createLogger } from '../../shared/log/index.ts';
import { openStore, type Store } from '../../shared/store/index.ts';

/** The stand-in for MongoDB takes long for a document, the longer the more there are; no batch may outlast its connection. */
const AT_ONCE = 200;

export async function openFilled(uri: string): Promise<Store> {
  const store = openStore({ uri, log: createLogger('bench', 'silent'), name: 'bench' });
  await store.connection.asPromise();
  await store.prepare();
  return store;
}

/** Inserts what `make` makes of 1 to `count`. */
export async function fill(
  store: Store,
  name: 'payments' | 'attendees' | 'mails',
  count: number,
  make: (n: number) => object,
): Promise<void> {
  for (let from = 1; from <= count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from + 1);
    const documents = Array.from({ length }, (_, at) => make(from + at));
    await store[name].collection.insertMany(documents as never[], { ordered: false });
  }
}
