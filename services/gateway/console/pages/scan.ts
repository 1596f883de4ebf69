/** The scanner: the page, what it asks for at its start, and the worker that keeps it on the phone. */
import { eventScope } from '../../auth/scope.ts';
import { ASSETS, ASSETS_VERSION, assetPath } from '../assets.ts';
import { page, Raw } from '../page.ts';
import { render } from '../views.ts';

const MANY = 200;

/** The same for everybody, so that a phone may keep it: who is signed in is asked for by the page. */
export const scanPage = page({
  path: '/scan',
  access: 'any',
  title: 'Scan',
  view: 'scan',
  nav: { label: 'Scan', icon: 'scan', group: 'events', order: 0 },
  headers: { 'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), screen-wake-lock=(self)' },
  handle: () => new Raw('text/html; charset=utf-8', render('scan', {})),
});

export const scanSession = page({
  path: '/scan/session',
  access: 'any',
  title: 'Scan',
  view: 'scan',
  async handle({ user, gateway, csrf }) {
    const events = await gateway.store.events
      .find({ $and: [eventScope(user), { status: { $ne: 'cancelled' } }] }, { name: 1, date: 1, ends_at: 1 })
      .sort({ date: -1 })
      .limit(MANY)
      .lean();
    const body = {
      username: user.username,
      csrf,
      events: events.map(({ _id, name, date, ends_at }) => ({
        id: _id,
        name,
        date: date.toISOString(),
        ends_at: ends_at?.toISOString() ?? null,
      })),
    };
    return new Raw('application/json', JSON.stringify(body));
  },
});

/** What the scanner needs without network. */
const FILES = [...ASSETS.keys()]
  .filter((name) => /^(scan|vendor)\//.test(name) || ['inter.woff2', 'mark.svg'].includes(name))
  .map(assetPath);

/** Below /scan, as a worker keeps what lies beside it; `FILES` changes with every file, and so does the worker. */
export const scanWorker = page({
  path: '/scan/worker.js',
  access: 'any',
  title: 'Scan',
  view: 'scan',
  handle: () =>
    new Raw(
      'text/javascript; charset=utf-8',
      `const VERSION = ${JSON.stringify(ASSETS_VERSION)};\nconst FILES = ${JSON.stringify(FILES)};\n${ASSETS.get('scan/worker.js')?.body}`,
      { 'Service-Worker-Allowed': '/scan', 'Cache-Control': 'no-cache' },
    ),
});
