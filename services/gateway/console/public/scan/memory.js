/** What the phone remembers: IndexedDB, because it outlives the page and a reload, and a queue must not lose a scan. */

const VERSION = 1;
/** By what each store's values are known; null: by a key given beside. */
const STORES = { lists: null, scans: 'nonce', conflicts: 'nonce', settings: null };

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(name) {
  const opening = indexedDB.open(name, VERSION);
  opening.onupgradeneeded = () => {
    for (const [store, keyPath] of Object.entries(STORES))
      if (!opening.result.objectStoreNames.contains(store)) opening.result.createObjectStore(store, { keyPath });
  };
  return done(opening);
}

/** @returns {Promise<import('./door.js').Memory>} */
export async function openMemory(name = 'qrflow-scan') {
  let opened = null;
  const forget = () => {
    opened = null;
  };
  /** The browser may close it at any time, to free space or for a fault of the disk: whoever uses it next opens it again. */
  const database = () => {
    if (opened !== null) return opened;
    opened = open(name);
    opened.then((db) => db.addEventListener('close', forget), forget);
    return opened;
  };
  await database();
  const within = async (store, mode, act) => {
    const db = await database();
    // Kept through a loss of power where the browser can: a scan that is shown green is on the phone.
    const transaction = db.transaction(store, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(store));
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await done(request);
    await ended;
    return result;
  };
  return {
    get: (store, key) => within(store, 'readonly', (one) => one.get(key)),
    put: (store, value, key) => within(store, 'readwrite', (one) => one.put(value, key)),
    remove: (store, key) => within(store, 'readwrite', (one) => one.delete(key)),
    all: (store) => within(store, 'readonly', (one) => one.getAll()),
  };
}
