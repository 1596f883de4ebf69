/** Puts the engine's state on the screen. Texts only, never markup: names come from people. */
import { clock, foundInWords, titleOf } from './words.js';

const at = (id) => document.getElementById(id);
const set = (id, text) => {
  if (at(id).textContent !== text) at(id).textContent = text;
};
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
const number = new Intl.NumberFormat('en-IN');

function reachInWords({ reach, waiting }) {
  const left = waiting.length === 0 ? '' : `, ${waiting.length} to upload`;
  return {
    starting: 'Starting',
    online: `Online${left}`,
    offline: `Offline${left}`,
    signed_out: `Sign in again${left}`,
  }[reach];
}

/** The frame of the door: where this is, the network, the counts, what needs a look. */
export function show(door) {
  const { state } = door;
  set('where-gate', state.gate ?? 'One gate');
  set('where-event', state.list?.event.name ?? '');
  const reach = at('reach');
  reach.dataset.reach = state.reach;
  const words = reachInWords(state);
  if (reach.textContent !== words) {
    const link = Object.assign(element('a', words), { href: '/login?next=/scan' });
    reach.replaceChildren(state.reach === 'signed_out' ? link : words);
  }
  const { here, all, total } = door.count();
  set('count-here', number.format(here));
  set('count-all', total === null ? '' : `${number.format(all)} of ${number.format(total)} in all`);
  const conflicts = state.conflicts.length;
  at('conflicts').hidden = conflicts === 0;
  set('conflicts', `Let in twice, or wrongly: ${conflicts}`);
  set('door-said', state.trouble);
  at('door-said').hidden = state.trouble === '';
}

export function showResult({ good, title, name, text, offline }) {
  const dialog = at('result');
  for (const other of document.querySelectorAll('dialog[open]')) if (other !== dialog) other.close();
  dialog.dataset.good = good ? 'yes' : 'no';
  set('result-title', title);
  set('result-name', name ?? '');
  set('result-text', text);
  set('result-how', offline ? 'Decided by this phone, without network' : '');
  if (dialog.open) dialog.close();
  dialog.showModal();
  at('result-next').focus();
}

const about = ({ roll_number, department, year_of_study, section }) =>
  [roll_number, department, year_of_study, section].filter(Boolean).join(' · ');

/** @param found null: nothing was asked yet */
export function showFound(found, choose) {
  if (!found) {
    set('finder-said', '');
    at('people').replaceChildren();
    return;
  }
  const { people, offline, trouble } = found;
  set('finder-said', trouble ?? foundInWords(people.length, offline));
  at('people').replaceChildren(
    ...people.map((person) => {
      const button = element('button', '');
      button.type = 'button';
      button.append(
        element('strong', person.name ?? 'No name'),
        element('span', about(person)),
        element('em', person.reason === 'ok' ? '' : titleOf(person.reason)),
      );
      button.addEventListener('click', () => choose(person));
      const item = element('li', '');
      item.append(button);
      return item;
    }),
  );
}

/** What is over, or never was, has no ticket to show. */
const SHOWN = new Set(['ok', 'already_checked_in', 'not_open_yet', 'closed']);

/** @param session null: nobody is signed in here right now */
export function showPerson(person, online, session) {
  set('person-name', person.name ?? 'No name');
  set('person-about', about(person));
  set('person-standing', person.reason === 'ok' ? '' : (person.message ?? titleOf(person.reason)));
  at('person-in').hidden = person.reason !== 'ok';
  const ticket = at('person-ticket');
  ticket.hidden = !(online && session && person.id !== undefined && SHOWN.has(person.reason));
  ticket.action = `/attendees/${person.id}/ticket`;
  ticket.elements._csrf.value = session?.csrf ?? '';
  at('undo').hidden = !(online && person.checked_in && person.id !== undefined);
}

export function showTroubles(door, dismiss) {
  const zone = door.state.list?.event.timezone;
  at('troubles').replaceChildren(
    ...door.state.conflicts.map((conflict) => {
      const item = element('li', '');
      const button = element('button', 'Seen, take it off here');
      button.addEventListener('click', () => {
        item.remove();
        dismiss(conflict.nonce);
      });
      item.append(
        element('strong', `${titleOf(conflict.reason)}: ${conflict.name ?? 'a ticket that nobody knows'}`),
        element('span', `Let in by this phone ${clock(conflict.at, zone)}.`),
        element('span', `${conflict.message}.`),
        button,
      );
      return item;
    }),
  );
}
