/**
 * Keeps the scanner page on the phone, so that it opens without network. VERSION and FILES are written in front of this by
 * the gateway. Only the page and its files: what the API answers is never kept here.
 */
const KEPT = `scan-${VERSION}`;
const PAGE = '/scan';
/** A network that hangs is none. */
const PATIENCE_MS = 3_000;

async function keepPage() {
  const answer = await fetch(PAGE, { signal: AbortSignal.timeout(PATIENCE_MS) });
  // To the sign-in page: that is not this page.
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(PAGE, answer.clone());
  return answer;
}

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => Promise.all([cache.addAll(FILES), keepPage()])));
});

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name.startsWith('scan-') && name !== KEPT));
  event.waitUntil(
    old.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

async function openPage(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
  } catch {
    // No network.
  }
  return (await caches.match(PAGE)) ?? Response.error();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(openPage(request));
  // Their addresses change with what they hold.
  else if (pathname.startsWith('/assets/'))
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
