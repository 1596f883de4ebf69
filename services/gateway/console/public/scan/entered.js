// @ts-check
/**
 * Whom the gateway knows to be in by this phone, and no list that the phone keeps says yet: without network it would let
 * them in once more, after a reload or coming back from another event.
 */
import { FORGET_AFTER_MS } from './list.js';

/**
 * @typedef {object} Entered
 * @property {string} ticket
 * @property {number | null} event_id
 * @property {string | null} name
 * @property {number} at on this phone's clock
 * @property {string | null} gate
 * @property {string | null} by
 */

/**
 * @param {import('./door.js').Memory} memory
 * @param {(name: string, value: any) => Promise<void>} keep rejects where the memory failed
 */
export function createEntered(memory, keep) {
  /** The last entry of each ticket. @type {Map<string, Entered>} */
  const entered = new Map();
  /** Not in the phone's memory, or not yet. @type {Set<Entered>} */
  const unkept = new Set();

  /** @param {Entered} one */
  async function keepOne(one) {
    unkept.add(one);
    await keep('entered', one);
    unkept.delete(one);
  }
  /** @param {Entered} one */
  function drop(one) {
    entered.delete(one.ticket);
    unkept.delete(one);
  }

  return {
    /** @param {number} now */
    async wake(now) {
      for (const one of await memory.all('entered'))
        if (now - one.at > FORGET_AFTER_MS) await memory.remove('entered', one.ticket);
        else entered.set(one.ticket, one);
    },

    /** @param {number | null} eventId */
    of: (eventId) => [...entered.values()].filter((one) => one.event_id === eventId),

    /** Known at once, also where it then cannot be kept. @param {Entered} one */
    add(one) {
      const before = entered.get(one.ticket);
      if (before) drop(before);
      entered.set(one.ticket, one);
      return keepOne(one);
    },

    /** What could not be kept is tried again. */
    async keepRest() {
      for (const one of unkept) await keepOne(one);
    },

    /** A list that is kept says them. @param {readonly Entered[]} said */
    async forget(said) {
      for (const one of said) {
        // In once more meanwhile: that entry the list does not say.
        if (entered.get(one.ticket) !== one) continue;
        drop(one);
        await memory.remove('entered', one.ticket);
      }
    },
  };
}
