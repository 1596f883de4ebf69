/**
 * Every page of the console with real data behind it: accessible by WCAG 2.2 AA in light and dark, and no wider than a
 * phone of 360 px. With SCREENSHOTS=1 (`make screenshots`) each is also kept as a picture in docs/screenshots.
 */
import { expect } from 'chai';
import { expectAccessible, expectFits, type Opened, PHONE, startBrowser, type TestBrowser } from './browser.ts';
import { keepPicture } from './picture.ts';
import { type Scene, signedIn, startScene } from './scene.ts';

/** Name of the picture → where it is, and what stands on top. */
const PAGES: Record<string, (scene: Scene) => [path: string, heading: string | RegExp]> = {
  today: () => ['/', 'Today'],
  payments: () => ['/payments', 'Payments'],
  search: () => ['/payments?q=asha', 'Payments'],
  payment: ({ payments }) => [`/payments/${payments.refunded}`, /./],
  'payment-held': ({ payments }) => [`/payments/${payments.held}`, /./],
  held: () => ['/held', 'Held'],
  'held-underpaid': () => ['/held?reason=underpaid', 'Held'],
  'not-ours': () => ['/not-ours', 'Not ours'],
  mails: () => ['/mails', 'Mails'],
  events: () => ['/events', 'Events'],
  'new-event': () => ['/events/new', 'New event'],
  event: ({ events }) => [`/events/${events[0].id}`, 'Freshers’ Night'],
  'event-mail': ({ events }) => [`/events/${events[0].id}/mail`, 'Mail'],
  'event-edit': ({ events }) => [`/events/${events[0].id}/edit`, /^Change/],
  sweeps: () => ['/sweeps', 'Sweeps'],
  'event-door': ({ events }) => [`/events/${events[0].id}/door`, 'At the door'],
  'dead-letters': () => ['/dead-letters', 'Dead letters'],
  audit: () => ['/audit', 'Audit log'],
  attendees: ({ events }) => [`/events/${events[0].id}/attendees`, 'Attendees'],
  attendee: () => ['/attendees/1', /./],
  clubs: () => ['/clubs', 'Clubs'],
  club: ({ club }) => [`/clubs/${club}`, 'Music Club'],
  users: () => ['/users', 'Users'],
  'new-user': () => ['/users/new', 'New user'],
  privacy: () => ['/privacy', 'Your data'],
  account: () => ['/account', 'Your account'],
  ticket: ({ ticket }) => [ticket, 'Freshers’ Night'],
  find: () => ['/find', 'Find my ticket'],
  docs: () => ['/docs', 'QRFlow API'],
  mail: ({ mail }) => [`/mails/${mail}`, /^Your ticket/],
};

/** Not kept as pictures, being other pages once more; and the few that are in all three looks. */
const HIDDEN = new Set(['search', 'payment-held', 'held-underpaid', 'event-edit', 'new-user']);
const PAIRED = new Set(['today', 'payment']);
/** Nobody opens these at a desk. */
const ON_PHONE = new Set(['ticket', 'find', 'privacy']);

describe('the pages of the console', () => {
  let browser: TestBrowser;
  let scene: Scene;
  let desk: Opened;
  let dark: Opened;
  let phone: Opened;
  let darkPhone: Opened;
  before(async function () {
    browser = await startBrowser(this);
    scene = await startScene();
    const laptop = { width: 1280, height: 800 };
    [desk, darkPhone] = await Promise.all([
      signedIn(browser, scene.url, { viewport: laptop }),
      signedIn(browser, scene.url, { viewport: PHONE, hasTouch: true, colorScheme: 'dark' }),
    ]);
    if (process.env.SCREENSHOTS)
      [dark, phone] = await Promise.all([
        signedIn(browser, scene.url, { viewport: laptop, colorScheme: 'dark' }),
        signedIn(browser, scene.url, { viewport: PHONE, hasTouch: true }),
      ]);
  });
  after(async () => {
    await browser?.close();
    await scene?.stop();
  });

  for (const [name, where] of Object.entries(PAGES))
    it(`${name}: accessible in light and dark, and fits a phone`, async () => {
      const [path, heading] = where(scene);
      const look = async (opened: Opened, kind: string) => {
        const { page, complaints } = opened;
        const answer = await page.goto(scene.url + path);
        expect(answer?.status(), `${path}${kind}`).to.equal(200);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.evaluate('document.fonts.ready');
        await expectFits(page, `${name}${kind}`);
        await expectAccessible(page, `${name}${kind}`);
        expect(complaints, `${name}${kind}`).to.deep.equal([]);
        const kept = ON_PHONE.has(name) ? kind === '-phone' : !HIDDEN.has(name) && kind !== '-dark-phone';
        if (kept) await keepPicture(opened.page, `${name}${kind}`);
      };
      // Both colours, both layouts; the other two looks only for their pictures.
      await Promise.all([look(desk, ''), look(darkPhone, '-dark-phone')]);
      if (process.env.SCREENSHOTS && PAIRED.has(name)) await Promise.all([look(dark, '-dark'), look(phone, '-phone')]);
      if (process.env.SCREENSHOTS && ON_PHONE.has(name)) await look(phone, '-phone');
    }).timeout(90_000);
});
