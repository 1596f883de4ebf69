/** What the phone remembers: IndexedDB, because it outlives the page and a reload, and a queue must not lose a scan. */

const VERSION = 2;
/** By what each store's values are known; null: by a key given beside. */
const STORES = { lists: null, scans: 'nonce', conflicts: 'nonce', entered: 'ticket', settings: null };

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(name, heldUp) {
  const opening = indexedDB.open(name, VERSION);
  opening.onblocked = heldUp;
  opening.onupgradeneeded = () => {
    for (const [store, keyPath] of Object.entries(STORES))
      if (!opening.result.objectStoreNames.contains(store)) opening.result.createObjectStore(store, { keyPath });
  };
  return done(opening);
}

/**
 * @param {() => void} heldUp an older version of the page is open elsewhere: it goes on once that is closed
 * @returns {Promise<import('./door.js').Memory>}
 */
export async function openMemory(heldUp, name = 'qrflow-scan') {
  let opened = null;
  const forget = () => {
    opened = null;
  };
  /** The browser may close it at any time, to free space or for a fault of the disk: whoever uses it next opens it again. */
  const database = () => {
    if (opened !== null) return opened;
    opened = open(name, heldUp);
    opened.then((db) => {
      db.addEventListener('close', forget);
      // A newer version of the page is not held up by this one, which keeps nothing from then on, and says so.
      db.addEventListener('versionchange', () => {
        forget();
        db.close();
      });
    }, forget);
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
