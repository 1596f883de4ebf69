// @ts-check
/**
 * Whom a door without network lets in. A signature of ours makes a ticket genuine; the list says what ended and who is in.
 * A genuine ticket that is not on the list is let in: what ended is on it, so this one was bought after the last look.
 */

/** @typedef {'ok' | 'already_checked_in' | 'revoked' | 'refunded' | 'wrong_event' | 'unknown' | 'bad_signature' | 'not_open_yet' | 'closed' | 'event_cancelled'} Reason */
/** @typedef {{ reason: Reason, name: string | null, entry: import('./list.js').Entry | null, unlisted: boolean }} Verdict */

/** @param {import('./list.js').DoorEvent} event @param {number} now on the server's clock @returns {Reason | null} */
export function eventRefusal(event, now) {
  if (event.status === 'cancelled') return 'event_cancelled';
  if (event.doors_open_at && now < Date.parse(event.doors_open_at)) return 'not_open_yet';
  if (event.doors_close_at && now > Date.parse(event.doors_close_at)) return 'closed';
  return null;
}

/**
 * @param {import('./list.js').List} list
 * @param {import('./token.js').Claims | null} claims null: no ticket of ours
 * @param {ReadonlyMap<string, import('./list.js').Entry>} own what this phone let in and the list does not know yet
 * @param {number} now of this phone, ms
 * @returns {Verdict}
 */
export function decideOffline(list, claims, own, now) {
  /** @param {Reason} reason @param {Partial<Verdict>} more @returns {Verdict} */
  const verdict = (reason, more = {}) => ({ reason, name: null, entry: null, unlisted: false, ...more });
  if (!claims) return verdict('bad_signature');
  if (claims.event !== list.event.id) return verdict('wrong_event');
  const refusal = eventRefusal(list.event, now - list.ahead);
  if (refusal) return verdict(refusal);
  const ended = list.ended.get(claims.ticket);
  if (ended) return verdict(ended);
  const found = list.tickets.get(claims.ticket);
  const name = found?.name ?? null;
  const entry = own.get(claims.ticket) ?? found?.entry ?? null;
  if (entry) return verdict('already_checked_in', { name, entry });
  return verdict('ok', { name, unlisted: !found });
}
