// Keeps the list fresh and adds the keys; the page is whole without it.

const rows = () => Array.from(document.querySelectorAll('.row'));

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = rows().indexOf(document.activeElement) === -1 ? null : document.activeElement.getAttribute('href');
  const list = document.getElementById('list');
  const scrolled = list.scrollTop;
  for (const id of ['list', 'state']) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
    if (fresh) document.getElementById(id).className = fresh.className;
  }
  list.scrollTop = scrolled;
  if (focused)
    rows()
      .find((row) => row.getAttribute('href') === focused)
      ?.focus({ preventScroll: true });
  if (document.body.classList.contains('listing')) {
    document.getElementById('mail').replaceChildren(...page.getElementById('mail').childNodes);
  }
}

const changes = new EventSource('/changes');
changes.addEventListener('change', refresh);

function step(by) {
  const all = rows();
  const at = Math.max(
    all.indexOf(document.activeElement),
    all.findIndex((row) => row.hasAttribute('aria-current')),
  );
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  '/': () => document.querySelector('.search input').focus(),
  Escape: () => document.querySelector('.back')?.click(),
};

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});
