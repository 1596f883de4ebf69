// The preview follows what is typed. Without this the button "Preview" does the same.
const form = document.getElementById('mail-template');
const state = document.querySelector('[data-preview-state]');
const button = form.querySelector('[data-preview]');
const FIELDS = ['subject', 'greeting', 'above', 'below', 'footer', 'colour', 'text_colour'];
/** Somebody who types is not asked about half a word. */
const PAUSE_MS = 400;

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function draft() {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  const [file] = form.elements.logo.files;
  if (file) return { ...fields, logo: await base64(file) };
  return form.elements.remove_logo?.checked ? { ...fields, logo: null } : fields;
}

function showFaults(errors) {
  for (const place of form.querySelectorAll('[data-fault]')) {
    const said = errors.filter(({ field }) => field === place.dataset.fault).map(({ message }) => message);
    place.textContent = said.join('; ');
    const input = form.elements[place.dataset.fault];
    if (said.length > 0) input?.setAttribute('aria-invalid', 'true');
    else input?.removeAttribute('aria-invalid');
  }
}

let looks = 0;
/** A new frame for each look, behind the old one until it is there: nothing flickers, and "back" leaves the page. */
function look() {
  const before = [...document.querySelectorAll('iframe.mail')].at(-1);
  const next = before.cloneNode();
  looks += 1;
  // A frame keeps the name it was made with, whatever becomes of the attribute.
  next.name = `preview-${looks}`;
  next.removeAttribute('src');
  next.classList.add('coming');
  before.after(next);
  next.addEventListener('load', () => {
    next.classList.remove('coming');
    while (next.previousElementSibling?.matches('iframe')) next.previousElementSibling.remove();
  });
  button.formTarget = next.name;
  send(next.name);
}

/** Into the frame. Not by the form itself, whose own checks would speak up while somebody types. */
function send(target) {
  const sent = document.createElement('form');
  sent.method = 'post';
  sent.enctype = 'multipart/form-data';
  sent.action = button.formAction;
  sent.target = target;
  sent.hidden = true;
  for (const [name, value] of new FormData(form)) {
    const field = document.createElement(value instanceof File ? 'input' : 'textarea');
    field.name = name;
    if (value instanceof File) {
      const files = new DataTransfer();
      if (value.size > 0) files.items.add(value);
      field.type = 'file';
      field.files = files.files;
    } else field.value = value;
    sent.append(field);
  }
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

/** Refused before it is sent: the server reads no body that is far larger, and what was typed would go with it. */
function logoFaults() {
  const { files, dataset } = form.elements.logo;
  const large = files[0]?.size > Number(dataset.most);
  return large ? [{ field: 'logo', message: `may have at most ${dataset.most / 1_024} KiB` }] : [];
}

let asked = 0;
async function follow() {
  asked += 1;
  const turn = asked;
  const wrong = logoFaults();
  showFaults(wrong);
  if (wrong.length > 0) return;
  const body = JSON.stringify(await draft());
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf };
  try {
    const answer = await fetch(form.dataset.checksAt, { method: 'POST', headers, body });
    const told = await answer.json();
    if (turn !== asked) return;
    showFaults(answer.ok ? [] : (told.errors ?? []));
    state.textContent = answer.ok ? told.subject : told.errors ? 'Not shown: see the fields' : told.detail;
    if (answer.ok) look();
  } catch {
    if (turn === asked) state.textContent = 'The network is away';
  }
}

// Given back with what was typed, by a test or a refusal: the frame has what is saved until it is asked.
if ('unsaved' in form.dataset) look();

/** The form's own check holds Save and the test back. */
const checkLogo = () => form.elements.logo.setCustomValidity(logoFaults()[0]?.message ?? '');
form.elements.logo.addEventListener('input', checkLogo);
// A page that is gone back to may have its file still.
addEventListener('pageshow', checkLogo);

let timer;
form.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(follow, PAUSE_MS);
});
