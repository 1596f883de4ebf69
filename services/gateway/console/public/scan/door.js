// @ts-check
/**
 * The door's engine, without a screen: asks the gateway while it can, decides by itself while it cannot, remembers what it
 * did until that is uploaded, and keeps its list up to date. Everything that a queue must not lose is stored first.
 */
import { Refused, SignedOut, Unreachable } from './api.js';
import { createEntered } from './entered.js';
import { applyAnswer, FORGET_AFTER_MS, searchNames, sinceFor } from './list.js';
import { decideOffline } from './rules.js';
import { claimsOf, verifyToken } from './token.js';
import { entryInWords, offlineText, titleOf } from './words.js';

/** @typedef {import('./list.js').List} List */
/** @typedef {import('./list.js').Entry} Entry */
/** @typedef {import('./entered.js').Entered} Entered */
/** @typedef {{ token: string } | { id?: number, ticket_id: string, name: string }} Given a scanned text, or a person chosen from a list */
/**
 * @typedef {object} Recorded what waits to be uploaded
 * @property {string} nonce
 * @property {number} event_id
 * @property {string | null} gate
 * @property {string} ticket
 * @property {string | null} token
 * @property {string | null} name
 * @property {number} at on this phone's clock
 * @property {string | null} [by] who stood there, whoever is signed in when it is uploaded
 */
/**
 * @typedef {object} Result what the screen shows
 * @property {boolean} good
 * @property {string} reason
 * @property {string} title
 * @property {string | null} name
 * @property {string} text
 * @property {boolean} offline decided on this phone
 * @property {number | null} attendee
 * @property {boolean} again it says nothing about the ticket, or only for now: held up still, it is worth another try
 */
/** @typedef {{ nonce: string, event_id: number, name: string | null, reason: string, message: string, at: number }} Conflict */
/** @typedef {'starting' | 'online' | 'offline' | 'signed_out'} Reach */
/**
 * @typedef {object} Memory
 * @property {(name: string, key: string | number) => Promise<any>} get
 * @property {(name: string, value: any, key?: string | number) => Promise<void>} put
 * @property {(name: string, key: string | number) => Promise<void>} remove
 * @property {(name: string) => Promise<any[]>} all
 */

/** The phone's own memory failed: it is full, or the browser took it away. What it was to keep did not happen. */
export class NotKept extends Error {
  /** @override */
  name = 'NotKept';
  /** @param {unknown} cause */
  constructor(cause) {
    super(
      'This phone cannot keep scans right now. Try again; if that does not help, free some space and reload this page.',
      {
        cause,
      },
    );
  }
}

/** The gateway let somebody in, and the phone's memory failed. */
const MAY_FORGET =
  'This phone could not keep whom it just let in: without network it may let that ticket in again, until it has heard from the server anew. Free some space on it.';

/** Not `randomUUID`, which a page without https lacks. */
const newNonce = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** As many as one upload takes. */
const BATCH = 200;

/**
 * @param {object} parts
 * @param {import('./api.js').Api} parts.api
 * @param {Memory} parts.memory
 * @param {import('./token.js').Verify} parts.verify
 * @param {() => number} [parts.now]
 * @param {() => void} [parts.changed] something that the screen shows has changed
 */
export function createDoor({ api, memory, verify, now = Date.now, changed = () => undefined }) {
  const state = {
    /** @type {Reach} */
    reach: 'starting',
    /** @type {{ username: string, events: any[] } | null} */
    session: null,
    /** Who signed in here last, also after a reload without network. @type {string | null} */
    username: null,
    /** @type {number | null} */
    eventId: null,
    /** @type {string | null} */
    gate: null,
    device: '',
    /** @type {List | null} */
    list: null,
    /** @type {Recorded[]} */
    waiting: [],
    /** @type {Conflict[]} */
    conflicts: [],
    /** By gate, as the gateway last said. @type {Map<string | null, number>} */
    gates: new Map(),
    /** Why an upload was refused, or what this phone could not keep. */
    trouble: '',
  };

  /** @param {Reach} reach */
  const reached = (reach) => {
    state.reach = reach;
    changed();
  };
  /** @param {string} name @param {any} value @param {string | number} [key] */
  const keep = (name, value, key) =>
    memory.put(name, value, key).catch((error) => {
      throw new NotKept(error);
    });
  /** Whether it only says that the gateway cannot be asked. @param {unknown} error */
  const away = (error) => {
    if (error instanceof SignedOut) reached('signed_out');
    else if (error instanceof Unreachable) reached('offline');
    else return false;
    return true;
  };

  /** An event's list is being read: whoever is scanned meanwhile is for that event, and waits for it alone, not for the network. */
  let choosing = Promise.resolve();

  /** A time of this phone's, on the server's clock. @param {number} at */
  const onServer = (at) => at - (state.list?.ahead ?? 0);

  const own = () =>
    new Map(
      state.waiting
        .filter((one) => one.event_id === state.eventId)
        .map((one) => [one.ticket, /** @type {Entry} */ ({ at: onServer(one.at), gate: one.gate, by: null })]),
    );

  /** Which ticket it says it is: whether that is true the gateway knows, or `decide`. @param {Given} given */
  const ticketOf = (given) => ('ticket_id' in given ? given.ticket_id : (claimsOf(given.token)?.ticket ?? null));

  const entered = createEntered(memory, keep);

  /** On the list, unless that knows better. @param {Entered} one */
  function mark({ ticket, event_id, name, at, gate, by }) {
    const { list } = state;
    if (!list || list.event.id !== event_id || list.ended.has(ticket)) return;
    const known = list.tickets.get(ticket);
    if (known?.entry) return;
    list.tickets.set(ticket, { name: known?.name ?? name ?? '', entry: { at: onServer(at), gate, by } });
  }

  /** @param {Omit<Entered, 'by'>} one @returns {Promise<void>} rejects with NotKept: known until the page is closed */
  function markIn(one) {
    const mine = { ...one, by: state.username };
    mark(mine);
    return entered.add(mine);
  }

  /** The title says that they are in already; the text since when. @param {any} answer */
  const refusal = ({ reason, message, checked_in_at: at, gate, checked_in_by: by }) =>
    reason === 'already_checked_in' && at
      ? entryInWords({ at: Date.parse(at), gate, by }, state.list?.event.timezone ?? 'UTC')
      : message;

  /** Doors open; whatever else is refused stays so. @param {string} reason */
  const onlyForNow = (reason) => reason === 'not_open_yet';

  /** @param {any} answer @returns {Result} */
  const told = (answer) => ({
    good: answer.success,
    reason: answer.reason,
    title: titleOf(answer.reason),
    name: answer.attendee?.name ?? null,
    text: answer.success ? (answer.attendee?.roll_number ?? '') : refusal(answer),
    offline: false,
    attendee: answer.attendee?.id ?? null,
    again: onlyForNow(answer.reason),
  });

  /** @param {Given} given @param {string} nonce @param {number | null} event_id @param {string | null} gate @returns {Promise<Result>} */
  async function ask(given, nonce, event_id, gate) {
    const where = gate === null ? {} : { gate };
    if ('token' in given) return told(await api.scan({ qr_token: given.token, event_id, nonce, ...where }));
    try {
      return told(await api.byHand(/** @type {number} */ (given.id), { nonce, ...where }));
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 400 || !error.problem?.reason) throw error;
      return { ...told({ ...error.problem, success: false, message: error.problem.detail }), name: given.name };
    }
  }

  /** @param {Given} given @param {string} nonce @param {number} at @returns {Promise<Result>} */
  async function decide(given, nonce, at) {
    const { list } = state;
    if (!list) {
      const text = 'No network, and no list of this event on this phone yet.';
      const said = { good: false, reason: 'unknown', title: 'Cannot tell', name: null, text };
      return { ...said, offline: true, attendee: null, again: true };
    }
    const claims =
      'token' in given
        ? await verifyToken(given.token, list.keys, verify)
        : { ticket: given.ticket_id, event: list.event.id };
    const verdict = decideOffline(list, claims, own(), at);
    const name = verdict.name ?? ('name' in given ? given.name : null);
    if (verdict.reason === 'ok' && claims) {
      const token = 'token' in given ? given.token.trim() : null;
      /** @type {Recorded} */
      const scan = {
        ...{ nonce, event_id: list.event.id, gate: state.gate, ticket: claims.ticket },
        ...{ token, name, at, by: state.username },
      };
      // Taken note of at once, so that the same ticket held up again in this moment is seen; green only once it is kept.
      state.waiting.push(scan);
      await keep('scans', scan).catch((error) => {
        state.waiting = state.waiting.filter((one) => one !== scan);
        throw error;
      });
      changed();
    }
    return {
      good: verdict.reason === 'ok',
      reason: verdict.reason,
      title: titleOf(verdict.reason),
      name,
      text: offlineText(verdict, list.event),
      offline: true,
      attendee: null,
      again: onlyForNow(verdict.reason),
    };
  }

  /**
   * Lets somebody in, or not. While the gateway can be asked it decides, but for whom this phone has yet to tell it of; a
   * question whose answer was lost is told again by its nonce.
   * @param {Given} given @returns {Promise<Result>} rejects with NotKept: not let in
   */
  async function admit(given) {
    await choosing;
    const nonce = newNonce();
    const at = now();
    const { eventId, gate } = state;
    const ticket = ticketOf(given);
    // The gateway would let it in once more, as this phone could not tell it yet.
    const untold = ticket !== null && own().has(ticket);
    if (state.reach === 'online' && ('token' in given || given.id !== undefined) && !untold) {
      try {
        const result = await ask(given, nonce, eventId, gate);
        if (result.good) {
          state.gates.set(gate, (state.gates.get(gate) ?? 0) + 1);
          // In is in: what the gateway said is shown, also where this phone cannot keep it.
          if (ticket !== null)
            await markIn({ ticket, event_id: eventId, name: result.name, at, gate }).catch(() => {
              state.trouble = MAY_FORGET;
            });
          changed();
        }
        return result;
      } catch (error) {
        if (!away(error)) throw error;
      }
    }
    return decide(given, nonce, at);
  }

  /** @param {Recorded} scan @param {any} answer */
  async function uploaded(scan, answer) {
    const { event_id, gate, at } = scan;
    if (answer.result === 'conflict') {
      const name = answer.attendee?.name ?? scan.name;
      /** @type {Conflict} */
      const conflict = {
        ...{ nonce: scan.nonce, event_id, name, at: onServer(at) },
        ...{ reason: answer.reason, message: answer.message },
      };
      await keep('conflicts', conflict);
      state.conflicts = [...state.conflicts.filter(({ nonce }) => nonce !== scan.nonce), conflict];
    } else {
      await markIn({ ticket: scan.ticket, event_id, name: scan.name, at, gate });
    }
    // Forgotten only once its answer is kept: uploaded twice it is the same.
    await memory.remove('scans', scan.nonce);
    state.waiting = state.waiting.filter(({ nonce }) => nonce !== scan.nonce);
    changed();
  }

  /** An event that was taken away, or is gone, is something that a person can mend. @param {Refused} error @param {Recorded} scan */
  const notTaken = ({ status, message }, { event_id }) =>
    status === 403 || status === 404
      ? `Event ${event_id} is not yours any more, so it does not hear whom this phone let in. Ask an organiser to give it to you again; until then they stay on this phone.`
      : `Not taken: ${message}`;

  async function upload() {
    state.trouble = '';
    /** Once each: what is not taken, or whose answer cannot be kept, stays, and holds up nothing else. @type {Set<Recorded>} */
    const tried = new Set();
    for (;;) {
      const left = state.waiting.filter((one) => !tried.has(one));
      const first = left[0];
      if (!first) return;
      const batch = left.filter((one) => one.event_id === first.event_id && one.gate === first.gate).slice(0, BATCH);
      for (const one of batch) tried.add(one);
      try {
        /** @type {any[]} */
        const answers = await api.upload({
          event_id: first.event_id,
          ...(first.gate !== null && { gate: first.gate }),
          ...(state.device !== '' && { device: state.device }),
          sent_at: new Date(now()).toISOString(),
          scans: batch.map(({ token, ticket, at, nonce, by }) => ({
            ...(token === null ? { ticket_id: ticket } : { qr_token: token }),
            ...{ at: new Date(at).toISOString(), nonce },
            ...(by && { recorded_by: by }),
          })),
        });
        const byNonce = new Map(answers.map((answer) => [answer.nonce, answer]));
        for (const scan of batch) await uploaded(scan, byNonce.get(scan.nonce));
      } catch (error) {
        // Kept, and shown: nobody who was let in is forgotten.
        if (error instanceof Refused) state.trouble = notTaken(error, first);
        else if (error instanceof NotKept) state.trouble = error.message;
        else throw error;
      }
    }
  }

  async function pull() {
    const { eventId } = state;
    if (eventId === null) return;
    const since = sinceFor(state.list, now());
    // Where the whole does not get through, what changed still may.
    if (since === undefined && state.list) state.list.fullAt = now();
    const before = new Set(entered.of(eventId));
    const answer = await api.offline(eventId, since);
    if (state.eventId !== eventId) return;
    state.list = applyAnswer(since === undefined ? null : state.list, answer, now());
    // The answer may have been made before these; whoever was in before is on it, or was taken back.
    const known = entered.of(eventId);
    for (const one of known) if (!before.has(one)) mark(one);
    await keep('lists', state.list, eventId);
    await entered.forget(known);
    const gates = await api.gates(eventId);
    state.gates = new Map(gates.map((/** @type {any} */ one) => [one.gate, one.checked_in]));
  }

  /**
   * What is long may not get through where a scan does: it is tried again, and nothing else waits for it.
   * @param {() => Promise<void>} act
   */
  async function ifItGetsThrough(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }

  /** @type {Promise<void> | null} */
  let syncing = null;
  /** Uploads, then hears what changed. Never rejects; what went wrong is in the state. @returns {Promise<void>} */
  function sync() {
    syncing ??= (async () => {
      try {
        state.session = await api.session();
        state.username = state.session?.username ?? null;
        if (state.reach !== 'online') reached('online');
        // First of all: whatever fails after it, these are told.
        await ifItGetsThrough(upload);
        await ifItGetsThrough(pull);
        await entered.keepRest().catch(() => {
          state.trouble ||= MAY_FORGET;
        });
        await keep('settings', state.session?.events ?? [], 'events');
        await keep('settings', state.username, 'username');
      } catch (error) {
        if (!away(error)) state.trouble = /** @type {Error} */ (error).message;
      } finally {
        syncing = null;
        changed();
      }
    })();
    return syncing;
  }

  /** Where one is under way already, what it hears may be older than what was just done. */
  async function syncAnew() {
    const before = syncing;
    await sync();
    if (before !== null) await sync();
  }

  /** @param {number} eventId @param {string | null} gate */
  async function turnTo(eventId, gate) {
    const here = state.list?.event.id === eventId;
    // A list that cannot be read is fetched anew.
    const list = here ? state.list : ((await memory.get('lists', eventId).catch(() => null)) ?? null);
    Object.assign(state, { eventId, gate, list, gates: new Map() });
    if (!here) for (const one of entered.of(eventId)) mark(one);
    changed();
  }

  return {
    state,
    admit,
    sync,

    /** What this phone remembers of before. */
    async wake() {
      state.waiting = await memory.all('scans');
      state.conflicts = await memory.all('conflicts');
      await entered.wake(now());
      for (const list of await memory.all('lists'))
        if (now() - list.syncedAt > FORGET_AFTER_MS) await memory.remove('lists', list.event.id);
      state.username = (await memory.get('settings', 'username')) ?? null;
      state.device = (await memory.get('settings', 'device')) ?? '';
      if (state.device === '') {
        state.device = `phone ${newNonce().slice(0, 4)}`;
        await memory.put('settings', state.device, 'device');
      }
      changed();
    },

    /** @param {number} eventId @param {string | null} gate */
    async choose(eventId, gate) {
      choosing = choosing.then(() => turnTo(eventId, gate));
      await choosing;
      await memory.put('settings', { eventId, gate }, 'chosen');
      await syncAnew();
    },

    /** People by name (with network also by roll number). @param {string} query */
    async search(query) {
      await choosing;
      if (state.eventId !== null && state.reach === 'online') {
        try {
          return { offline: false, people: await api.search(state.eventId, query) };
        } catch (error) {
          if (!away(error)) throw error;
        }
      }
      const mine = own();
      const found = state.list ? searchNames(state.list, query) : [];
      const people = found.map(({ ticket_id, name, entry }) => {
        const since = mine.get(ticket_id) ?? entry;
        return { ticket_id, name, reason: since ? 'already_checked_in' : 'ok', checked_in: since !== null };
      });
      return { offline: true, people };
    },

    /** @param {number} attendee @param {string} reason */
    async undo(attendee, reason) {
      await api.undo(attendee, { reason });
      await syncAnew();
    },

    /** Somebody has read it here; it stays in the event's list. @param {string} nonce */
    async dismiss(nonce) {
      await memory.remove('conflicts', nonce);
      state.conflicts = state.conflicts.filter((one) => one.nonce !== nonce);
      changed();
    },

    /** Of this gate, with whom the gateway does not know of yet. */
    count() {
      const known = state.list?.tickets;
      const waiting = state.waiting.filter((one) => one.event_id === state.eventId && !known?.get(one.ticket)?.entry);
      const here = (state.gates.get(state.gate) ?? 0) + waiting.filter(({ gate }) => gate === state.gate).length;
      const all = [...state.gates.values()].reduce((sum, one) => sum + one, 0) + waiting.length;
      return { here, all, total: state.list?.tickets.size ?? null };
    },
  };
}
/** @typedef {ReturnType<typeof createDoor>} Door */
