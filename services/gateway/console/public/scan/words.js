// @ts-check
/** What the person at the gate reads: two or three words large, and a sentence. */
import { MOST_FOUND } from './list.js';

/** @type {Record<import('./rules.js').Reason, { title: string, text: string }>} */
const SAID = {
  ok: { title: 'Come in', text: '' },
  already_checked_in: { title: 'Already in', text: 'This ticket was used before.' },
  revoked: { title: 'Not valid', text: 'This ticket was replaced or withdrawn. Is there a newer one in the mail?' },
  refunded: { title: 'Refunded', text: 'The money for this ticket was given back.' },
  wrong_event: { title: 'Other event', text: 'This ticket is for another event.' },
  unknown: { title: 'Not known', text: 'No such ticket is known here.' },
  bad_signature: { title: 'No ticket', text: 'This is no ticket of ours.' },
  not_open_yet: { title: 'Too early', text: 'The doors are not open yet.' },
  closed: { title: 'Closed', text: 'The doors are closed.' },
  event_cancelled: { title: 'Cancelled', text: 'This event is cancelled.' },
};

/** @param {string} reason */
export const titleOf = (reason) => (SAID[/** @type {keyof typeof SAID} */ (reason)] ?? SAID.unknown).title;

/** @param {number} at @param {string} timezone */
export const clock = (at, timezone) =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);

/** @param {import('./list.js').Entry} entry @param {string} timezone */
export const entryInWords = ({ at, gate, by }, timezone) =>
  `In since ${clock(at, timezone)}${gate ? `, at ${gate}` : ''}${by ? `, by ${by}` : ''}`;

/** The sentence for a verdict without network. @param {import('./rules.js').Verdict} verdict @param {import('./list.js').DoorEvent} event */
export function offlineText({ reason, entry, unlisted }, event) {
  if (reason === 'already_checked_in' && entry) return entryInWords(entry, event.timezone);
  if (reason === 'not_open_yet' && event.doors_open_at)
    return `Doors open at ${clock(Date.parse(event.doors_open_at), event.timezone)}`;
  if (reason === 'closed' && event.doors_close_at)
    return `Doors closed at ${clock(Date.parse(event.doors_close_at), event.timezone)}`;
  if (reason === 'ok') return unlisted ? 'A genuine ticket, newer than the list on this phone' : '';
  return SAID[reason].text;
}

/** How many were found. @param {number} count @param {boolean} offline only names were looked at */
export function foundInWords(count, offline) {
  const where = offline ? ' Without network only names can be searched.' : '';
  if (count === 0) return `Nobody found.${where}`;
  if (count === 1) return `One found.${where}`;
  if (count < MOST_FOUND) return `${count} found.${where}`;
  return `The first ${MOST_FOUND}: type more of the name${offline ? '' : ', or the roll number'}.${where}`;
}
