/** The scanner page: what the door's engine says, on the screen; what thumbs, cameras and scanners do, to the engine. */
import { createApi, Refused } from './api.js';
import { startCamera } from './camera.js';
import { createDoor, NotKept } from './door.js';
import { pickEd25519 } from './ed25519.js';
import { inView, keyboardScanner } from './keyboard.js';
import { openMemory } from './memory.js';
import { show, showFound, showPerson, showResult, showTroubles } from './screen.js';
import { allowSound, signal } from './signals.js';
import { looksLikeTicket } from './token.js';

const SYNC_EVERY_MS = 10_000;
/** So long is "come in" shown, unless the next ticket is faster. */
const GOOD_FOR_MS = 1_800;

const at = (id) => document.getElementById(id);
function saySetup(text) {
  at('setup-said').textContent = text;
  at('setup-said').hidden = text === '';
}
function cannotKeep(error) {
  saySetup(
    'This browser keeps nothing for this page, so nobody can be let in without fear that it is forgotten. Leave a private window, or free some space, and open this page again.',
  );
  at('choose').querySelector('button').disabled = true;
  throw error;
}
const heldUp = () => saySetup('This page is open in another tab or window, as it was before. Close it there.');
const memory = await openMemory(heldUp).catch(cannotKeep);
saySetup('');
const { verify } = await pickEd25519(crypto.subtle, () => import('../vendor/noble-ed25519.js'));
const door = createDoor({ api: createApi(fetch.bind(globalThis)), memory, verify, changed: () => show(door) });

let camera = null;
/** Something is being read, or looked for: what the camera sees does not count. */
let paused = false;
let goingOn;
/** What was said is no answer about the ticket: still held up, it is scanned again after Next, not before, so that what fails each time is seen. */
let again = false;

/** Red stays until somebody has looked at it; green makes room for the next. */
function tell(result) {
  clearTimeout(goingOn);
  again = result.again;
  showResult(result);
  signal(result.good);
  if (result.good) {
    paused = false;
    goingOn = setTimeout(next, GOOD_FOR_MS);
  } else paused = true;
}

function next() {
  clearTimeout(goingOn);
  at('result').close();
  if (again) view.forget();
  again = false;
  paused = false;
}

let admitting = 0;
let before = Promise.resolve();
/** One after the other, none left out: a hardware scanner may be faster than the network. */
function admit(given) {
  admitting++;
  before = before.then(async () => {
    try {
      tell(await door.admit(given));
    } catch (error) {
      const known = error instanceof Refused || error instanceof NotKept;
      const text = known ? error.message : 'Something went wrong on this phone. Scan again.';
      const said = { good: false, reason: 'unknown', title: 'Try again', name: null, text };
      tell({ ...said, offline: false, attendee: null, again: true });
      if (!known) console.error(error);
    }
    admitting--;
  });
}

// The camera
const view = inView();
function seen(text) {
  if (paused || admitting > 0 || at('door').hidden) view.seen(text);
  else if (view.isNew(text)) admit({ token: text });
}
const NO_CAMERA = {
  NotAllowedError: 'The camera is not allowed. Allow it in the browser’s settings, or find people by name.',
  NotFoundError: 'There is no camera here. Find people by name, or use a hardware scanner.',
  NotReadableError: 'Another app or a call has the camera. End it and try again, or find people by name.',
};
let looking = false;
async function look() {
  if (camera || looking) return;
  looking = true;
  const said = at('camera-said');
  at('camera-again').hidden = true;
  try {
    camera = await startCamera(at('video'), seen);
    said.textContent = '';
    at('light').hidden = !camera.canLight;
    at('light').setAttribute('aria-pressed', 'false');
    document.documentElement.dataset.reader = camera.by;
  } catch (error) {
    said.textContent =
      NO_CAMERA[error.name] ?? 'The camera does not start. Try again, find people by name, or use a hardware scanner.';
    at('camera-again').hidden = false;
  }
  looking = false;
}
at('camera-again').addEventListener('click', look);
at('light').addEventListener('click', async () => {
  at('light').setAttribute('aria-pressed', String(await camera.light()));
});

// A hardware scanner
const keyed = keyboardScanner((token) => {
  for (const one of document.querySelectorAll('dialog[open]')) one.close();
  at('query').value = '';
  admit({ token });
});
addEventListener(
  'keydown',
  (event) => {
    if (at('door').hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keyed(event.key, event.timeStamp)) event.preventDefault();
  },
  { capture: true },
);

// What was said
at('result').addEventListener('click', next);
at('result').addEventListener('cancel', next);
for (const button of document.querySelectorAll('[data-closes]'))
  button.addEventListener('click', () => button.closest('dialog').close());
for (const name of ['finder', 'person', 'trouble'])
  at(name).addEventListener('close', () => {
    paused = document.querySelector('dialog[open]') !== null;
  });

// Somebody without a phone
let asked = 0;
async function search() {
  const query = at('query').value.trim();
  const mine = ++asked;
  if (query.length < 2) return showFound(null);
  if (looksLikeTicket(query)) {
    at('finder').close();
    return admit({ token: query });
  }
  const found = await door.search(query).catch((error) => ({ offline: false, people: [], trouble: error.message }));
  if (mine === asked) showFound(found, choose);
}
let typing;
at('query').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, 250);
});
at('search').addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  void search();
});
at('find').addEventListener('click', () => {
  paused = true;
  at('query').value = '';
  showFound(null);
  at('finder').showModal();
  at('query').focus();
});

let chosen = null;
function choose(person) {
  chosen = person;
  showPerson(person, door.state.reach === 'online', door.state.session);
  at('person').showModal();
}
at('person-in').addEventListener('click', () => {
  at('person').close();
  at('finder').close();
  admit(chosen);
});
at('undo').addEventListener('submit', async (event) => {
  event.preventDefault();
  at('person').close();
  try {
    await door.undo(chosen.id, at('undo-reason').value);
    await search();
    at('finder-said').textContent = `Taken back: ${chosen.name ?? 'the ticket'} may come in again.`;
  } catch (error) {
    at('finder-said').textContent = `Not taken back: ${error.message}`;
  }
});

// Conflicts
at('conflicts').addEventListener('click', () => {
  paused = true;
  showTroubles(door, (nonce) => door.dismiss(nonce).then(() => door.state.conflicts.length || at('trouble').close()));
  at('trouble').showModal();
});

/** The phone takes it back whenever the page is not seen. */
function stayAwake() {
  navigator.wakeLock?.request('screen').catch(() => undefined);
}

// Which door this is
at('where').addEventListener('click', () => {
  at('door').hidden = true;
  at('setup').hidden = false;
  at('gate').focus();
});
at('event').addEventListener('change', listGates);
async function listGates() {
  const gates = await createApi(fetch.bind(globalThis))
    .gates(Number(at('event').value))
    .catch(() => []);
  at('gates').replaceChildren(
    ...gates.flatMap(({ gate }) =>
      gate === null ? [] : [Object.assign(document.createElement('option'), { value: gate })],
    ),
  );
}
at('choose').addEventListener('submit', async (event) => {
  event.preventDefault();
  allowSound();
  at('setup').hidden = true;
  at('door').hidden = false;
  void look();
  await door.choose(Number(at('event').value), at('gate').value.trim() || null);
  stayAwake();
  // What a full phone may throw away must not be the scans.
  navigator.storage?.persist?.().catch(() => undefined);
});

const STILL_ON_MS = 36 * 3_600_000;
/** How far now is from the event; nothing while it goes on. */
const away = ({ date, ends_at: end }) =>
  Math.max(0, Date.parse(date) - Date.now(), Date.now() - Date.parse(end ?? date));
const day = (date) => new Intl.DateTimeFormat('en-IN', { day: 'numeric', month: 'short' }).format(new Date(date));

async function begin() {
  await door.wake();
  await door.sync();
  const events = door.state.session?.events ?? (await memory.get('settings', 'events')) ?? [];
  const before = await memory.get('settings', 'chosen');
  const nearest = [...events].sort((a, b) => away(a) - away(b))[0];
  at('event').replaceChildren(
    ...events.map(({ id, name, date }) =>
      Object.assign(document.createElement('option'), { value: id, textContent: `${name}, ${day(date)}` }),
    ),
  );
  // Not last month's, at tonight's door.
  const selected = events.find((one) => one.id === before?.eventId && away(one) < STILL_ON_MS) ?? nearest;
  if (selected) at('event').value = String(selected.id);
  at('gate').value = before?.gate ?? '';
  if (events.length === 0)
    saySetup(
      door.state.reach === 'online'
        ? 'No event was given to you yet. Ask whoever runs it.'
        : 'There is no network, and nothing on this phone yet. Open this page once with network.',
    );
  else if (!isSecureContext) saySetup('Opened without https: no camera, and nothing works without network.');
  at('choose').querySelector('button').disabled = events.length === 0;
  document.documentElement.dataset.ready = 'yes';
  if (events.length > 0) await listGates();
}

addEventListener('online', () => door.sync());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  void door.sync();
  if (at('door').hidden) return;
  stayAwake();
  if (camera?.live()) return;
  camera?.stop();
  camera = null;
  void look();
});
setInterval(() => door.sync(), SYNC_EVERY_MS);
await begin().catch(cannotKeep);
navigator.serviceWorker?.register('/scan/worker.js', { scope: '/scan' }).catch((error) => console.warn(error));
