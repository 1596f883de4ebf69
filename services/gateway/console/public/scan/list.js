// @ts-check
/** The event's list as the phone keeps it: made from the first answer of /offline, brought up to date by the next ones. */

/** @typedef {{ at: number, gate: string | null, by: string | null }} Entry `at` in ms */
/** @typedef {{ id: number, name: string, status: string, timezone: string, doors_open_at: string | null, doors_close_at: string | null }} DoorEvent */
/**
 * @typedef {object} List
 * @property {DoorEvent} event
 * @property {import('./token.js').DoorKey[]} keys
 * @property {Map<string, { name: string, entry: Entry | null }>} tickets
 * @property {Map<string, 'refunded' | 'revoked'>} ended
 * @property {number} cursor for the next question
 * @property {number} fullAt when the whole list was last asked for, on this phone's clock
 * @property {number} syncedAt when it was last up to date, on this phone's clock
 * @property {number} ahead by how many ms this phone's clock is ahead of the server's
 */
/** @typedef {{ id: string, name: string, in?: { at: number, gate: string | null, by: string | null } }} ToldTicket */
/**
 * @typedef {object} Answer
 * @property {DoorEvent} event
 * @property {import('./token.js').DoorKey[]} keys
 * @property {string} now
 * @property {boolean} full
 * @property {number} cursor
 * @property {ToldTicket[]} tickets
 * @property {{ id: string, reason: 'refunded' | 'revoked' }[]} ended
 */

/** Deltas mend themselves; the whole list is still asked for now and then, in case one was missed. */
export const FULL_AFTER_MS = 10 * 60_000;
/** Names stay on a phone no longer than that after they were last needed. */
export const FORGET_AFTER_MS = 48 * 3_600_000;

/** More than a screenful is asked for more exactly; the gateway finds no more either. */
export const MOST_FOUND = 20;

/** @param {ToldTicket['in']} told @returns {Entry | null} */
const entryOf = (told) => (told ? { ...told, at: told.at * 1_000 } : null);

/**
 * @param {List | null} list
 * @param {Answer} answer
 * @param {number} now of this phone, ms
 * @returns {List}
 */
export function applyAnswer(list, answer, now) {
  const from = answer.full || !list ? { tickets: new Map(), ended: new Map(), fullAt: now } : list;
  const tickets = new Map(from.tickets);
  const ended = new Map(from.ended);
  for (const { id, name, in: entry } of answer.tickets) {
    tickets.set(id, { name, entry: entryOf(entry) });
    ended.delete(id);
  }
  for (const { id, reason } of answer.ended) {
    tickets.delete(id);
    ended.set(id, reason);
  }
  return {
    event: answer.event,
    keys: answer.keys,
    tickets,
    ended,
    cursor: answer.cursor,
    fullAt: from.fullAt,
    syncedAt: now,
    ahead: now - Date.parse(answer.now),
  };
}

/** What to ask for next: undefined for the whole list. @param {List | null} list @param {number} now */
export const sinceFor = (list, now) => (list && now - list.fullAt < FULL_AFTER_MS ? list.cursor : undefined);

const { compare } = new Intl.Collator();

/**
 * Who can be meant: every word is part of the name. By name, as with network.
 * @param {List} list @param {string} query
 */
export function searchNames(list, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = [];
  for (const [ticket_id, { name, entry }] of list.tickets) {
    const lower = name.toLowerCase();
    if (words.every((word) => lower.includes(word))) found.push({ ticket_id, name, entry });
  }
  return found.sort((a, b) => compare(a.name, b.name)).slice(0, MOST_FOUND);
}
