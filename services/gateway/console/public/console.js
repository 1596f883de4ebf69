// What every page works better with. Without scripts all of it is still there, only with a page load more.

/** A form that asks first says so in `data-sure`. */
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  const question = button?.dataset.sure ?? event.target.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
  else if (!event.defaultPrevented) sendOnce(event);
});

/** What undoes the look of forms that are on their way. */
const underWay = new Map();

/** A form that is on its way says so, and is not sent a second time: what it does would be done twice. */
function sendOnce(event) {
  const { target: form, submitter: button } = event;
  // Its answer goes elsewhere, this page stays as it is.
  if (form.target || button?.hasAttribute('formtarget')) return;
  if (underWay.has(form)) {
    event.preventDefault();
    return;
  }
  const before = button ? [...button.childNodes] : [];
  underWay.set(form, () => {
    form.removeAttribute('aria-busy');
    button?.replaceChildren(...before);
  });
  form.setAttribute('aria-busy', 'true');
  button?.replaceChildren(form.method === 'post' ? 'Working …' : 'Looking …');
}

// Back to a page that the browser has kept.
addEventListener('pageshow', () => {
  for (const undo of underWay.values()) undo();
  underWay.clear();
});

/** `data-copies`: the id of what a button puts on the clipboard. */
for (const button of document.querySelectorAll('[data-copies]')) {
  button.hidden = !navigator.clipboard;
  const label = button.querySelector('span');
  const before = label?.textContent;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies)?.textContent ?? '');
    if (!label) return;
    label.textContent = 'Copied';
    setTimeout(() => {
      label.textContent = before;
    }, 2_000);
  });
}

/** `data-checks`: ticks all boxes of that name. */
for (const all of document.querySelectorAll('[data-checks]')) {
  all.closest('[hidden]')?.removeAttribute('hidden');
  all.addEventListener('change', () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.checks}"]`)) box.checked = all.checked;
  });
}

/** "/" goes to the search. */
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.('input, textarea, select')) return;
  const search = document.querySelector('input[type="search"]');
  if (!search) return;
  event.preventDefault();
  search.focus();
});
