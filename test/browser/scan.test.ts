/** The scanner as door staff use it: a phone of 360 px, its camera, and a network that goes away. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { readQr } from '../qr.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { expectAccessible, expectFits, PHONE, startBrowser, type TestBrowser } from './browser.ts';
import { type FakeCamera, fakeCamera } from './camera.ts';
import { keepPicture } from './picture.ts';

const STAFF = { username: 'gate1', password: 'let them all come in' };

interface Guest {
  /** The payment's id. */
  id: string;
  name: string;
  roll: string;
  /** The picture in the mail, and what it says. */
  png: Buffer;
  token: string;
}

describe('the scanner on a phone', () => {
  let world: World;
  let camera: FakeCamera;
  let browser: TestBrowser;
  before(async function () {
    this.timeout(180_000);
    camera = await fakeCamera();
    browser = await startBrowser(this, camera.flags);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Freshers’ Night', date: '2026-12-20T18:00:00' });
    const { body } = await world.api('POST', '/api/admin/users', { ...STAFF, role: 'staff' });
    await world.store.events.updateOne({ _id: 1 }, { $set: { staff: [body.id] } });
  });
  after(async () => {
    await browser?.close();
    camera?.close();
    await world?.stop();
  });
  /** Phones of the test, put away after it: they all see what the one camera sees. */
  const phones: Page[] = [];
  beforeEach(() => camera.clear());
  afterEach(async () => {
    for (const page of phones.splice(0)) await page.context().close();
  });

  /** Somebody who paid, and the QR code in the mail they got. */
  async function guest(): Promise<Guest> {
    const notes = student();
    const { id } = await world.pay({ notes });
    const mail = await world.mails.waitFor(({ to }) => to.includes(notes.email), 60_000);
    const png = mail.attachments.find(({ cid }) => cid)?.content as Buffer;
    return { id, name: notes.name, roll: notes.roll_number, png, token: readQr(png) };
  }

  const attendee = ({ id }: Guest) => world.store.attendees.findOne({ payment_id: id }).lean();
  const url = () => `http://127.0.0.1:${world.gateway.port}`;

  /** A detector of the browser's own, as Android has and desktops have not: it sees what the test puts before it. */
  const DETECTOR = `globalThis.BarcodeDetector = class {
    static getSupportedFormats = async () => ['qr_code'];
    detect = async () => (globalThis.inView ? [{ rawValue: globalThis.inView }] : []);
  }`;

  async function signedIn(script: string, first = async (_page: Page) => {}) {
    const opened = await browser.open({ viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    const { page } = opened;
    phones.push(page);
    await page.addInitScript(script);
    await page.goto(`${url()}/scan`);
    await first(page);
    await page.getByLabel('Username').fill(STAFF.username);
    await page.getByLabel('Password').fill(STAFF.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/scan');
    return opened;
  }

  async function phone(gate = 'North gate', script = '') {
    const opened = await signedIn(script);
    await start(opened.page, gate);
    return { ...opened, result: resultOf(opened.page) };
  }

  async function start(page: Page, gate: string) {
    await page.locator('html[data-ready=yes]').waitFor();
    expect(await page.getByLabel('Event').locator('option').allTextContents()).to.deep.equal([
      'Freshers’ Night, 20 Dec',
    ]);
    await page.getByLabel('Your gate').fill(gate);
    await page.getByRole('button', { name: 'Start scanning' }).click();
    await page.locator('html[data-reader]').waitFor();
  }

  /**
   * Waits for a full-screen answer of this kind, about this person. Green goes by itself after a moment, which a busy
   * machine may miss: what it said stays in the document until the next.
   */
  const resultOf = (page: Page) => async (good: 'yes' | 'no', title: string, name?: string) => {
    const dialog = page
      .locator(`#result[data-good=${good}]`)
      .filter({ hasText: new RegExp(`${title}.*${name ?? ''}(?!\\d)`, 's') });
    await dialog.waitFor({ state: good === 'yes' ? 'attached' : 'visible', timeout: 60_000 });
    const said = (await dialog.textContent()) ?? '';
    expect(said).to.contain(title);
    return said;
  };
  const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click();
  const reach = (page: Page, words: string) =>
    until(
      () => page.locator('#reach').textContent(),
      (text) => text === words,
      words,
      60_000,
    );

  it('lets in whom the mail’s QR code names: green and in words; held up again it is red, with when and by whom', async () => {
    const [one, two] = [await guest(), await guest()];
    const { page, complaints, result } = await phone('East gate');
    await reach(page, 'Online');
    await expectFits(page, 'the scanner');
    await expectAccessible(page, 'the scanner');
    camera.showPng(one.png);
    expect(await result('yes', 'Come in', one.name)).to.contain(one.roll);
    await keepPicture(page, 'scan-in');
    expect((await attendee(one))?.checked_in_gate).to.equal('East gate');
    camera.showPng(two.png);
    await result('yes', 'Come in', two.name);
    camera.showPng(one.png);
    expect(await result('no', 'Already in')).to.contain('at East gate, by gate1');
    await keepPicture(page, 'scan-refused');
    await expectFits(page, 'a refusal');
    await expectAccessible(page, 'a refusal');
    await next(page);
    await keepPicture(page, 'scan');
    camera.show('https://example.edu/menu');
    expect(await result('no', 'No ticket')).to.contain('no ticket of ours');
    await next(page);
    expect(await page.locator('#count-here').textContent()).to.equal('2');
    expect(complaints).to.deep.equal([]);
  });

  it('says so at once where the browser keeps nothing for it, or cannot read what it kept', async () => {
    const none = "indexedDB.open = () => { throw new DOMException('no', 'InvalidStateError'); };";
    const unreadable = "IDBObjectStore.prototype.getAll = () => { throw new DOMException('no', 'UnknownError'); };";
    for (const script of [none, unreadable]) {
      const { page } = await signedIn(script);
      await page.getByText('This browser keeps nothing for this page').waitFor();
      expect(await page.getByRole('button', { name: 'Start scanning' }).isDisabled(), script).to.equal(true);
    }
  });

  it('refuses a ticket whose money went back, read by the browser’s own detector where there is one', async () => {
    const one = await guest();
    await world.razorpay.control(`/payments/${one.id}/refund`, {});
    await world.settled(one.id, 'revoked');
    const { page, result, complaints } = await phone('North gate', DETECTOR);
    expect(await page.locator('html').getAttribute('data-reader')).to.equal('browser');
    await page.evaluate(`globalThis.inView = ${JSON.stringify(one.token)}`);
    expect(await result('no', 'Refunded')).to.contain('refunded');
    expect((await attendee(one))?.checked_in_at).to.equal(null);
    await next(page);
    expect(complaints).to.deep.equal([]);
  });

  it('scans a ticket that is held up still once more after Next, where the first try gave no answer', async () => {
    const one = await guest();
    const failing = `const real = fetch;
      globalThis.fetch = (path, init) => globalThis.fails && path === '/api/checkin/scan'
        ? Promise.resolve(Response.json({ detail: 'Not now.' }, { status: 400 })) : real(path, init);`;
    const { page, result } = await phone('North gate', `${DETECTOR}; ${failing}`);
    await reach(page, 'Online');
    await page.evaluate(`globalThis.fails = true; globalThis.inView = ${JSON.stringify(one.token)}`);
    expect(await result('no', 'Try again')).to.contain('Not now.');
    await page.evaluate('globalThis.fails = false');
    await next(page);
    await result('yes', 'Come in', one.name);
  });

  it('goes on when the browser has taken away what it kept', async () => {
    const one = await guest();
    const { page, result } = await phone('West gate');
    await reach(page, 'Online');
    await page.context().setOffline(true);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: url(), storageTypes: 'indexeddb' });
    camera.showPng(one.png);
    await result('yes', 'Come in', one.name);
    await reach(page, 'Offline, 1 to upload');
    await page.context().setOffline(false);
    await reach(page, 'Online');
    expect(await attendee(one)).to.include({ checked_in_gate: 'West gate' });
  });

  it('takes over what an older page kept, once that is closed', async () => {
    const one = await guest();
    const scan = { nonce: 'of-the-older-page', event_id: 1, gate: 'Old gate', ticket: 'x', token: one.token };
    const kept = `new Promise((resolve) => {
      const opening = indexedDB.open('qrflow-scan', 1);
      opening.onupgradeneeded = () => {
        for (const [store, keyPath] of Object.entries({ lists: null, scans: 'nonce', conflicts: 'nonce', settings: null }))
          opening.result.createObjectStore(store, { keyPath });
        opening.transaction.objectStore('scans').put({ ...${JSON.stringify(scan)}, name: null, at: Date.now() });
      };
      opening.onsuccess = resolve;
    })`;
    let older: Page | undefined;
    const { page } = await signedIn('', async (login) => {
      older = await login.context().newPage();
      await older.goto(login.url());
      await older.evaluate(`${kept}.then(() => 1)`);
    });
    await page.getByText('open in another tab').waitFor();
    await older?.close();
    await page.locator('html[data-ready=yes]').waitFor();
    expect(await page.getByText('open in another tab').isVisible()).to.equal(false);
    await until(
      () => attendee(one),
      (now) => now?.checked_in_gate === 'Old gate',
      'told',
      60_000,
    );
  });

  it('opens and works without network, and uploads when it is back; what two gates let in twice is shown', async () => {
    const [one, two] = [await guest(), await guest()];
    const [north, south] = [await phone('North gate'), await phone('South gate')];
    for (const { page } of [north, south]) {
      await reach(page, 'Online');
      await page.evaluate('navigator.serviceWorker.ready.then(() => 1)');
      await page.context().setOffline(true);
      await page.reload();
      await start(page, page === north.page ? 'North gate' : 'South gate');
      await reach(page, 'Offline');
    }
    camera.showPng(one.png);
    const told = await Promise.all([
      north.result('yes', 'Come in', one.name),
      south.result('yes', 'Come in', one.name),
    ]);
    for (const text of told) expect(text).to.contain('without network');
    // The other one only at the north, by name, as without a phone.
    camera.clear();
    await north.page.getByRole('button', { name: 'Find by name' }).click();
    await north.page.getByLabel('Name or roll number').fill(two.name);
    await north.page.getByRole('button', { name: two.name }).click();
    await north.page.getByRole('button', { name: 'Let in' }).click();
    await north.result('yes', 'Come in', two.name);
    await reach(north.page, 'Offline, 2 to upload');
    expect(await attendee(one)).to.include({ checked_in_at: null });

    await south.page.context().setOffline(false);
    await reach(south.page, 'Online');
    expect(await attendee(one)).to.include({ checked_in_gate: 'South gate' });
    await north.page.context().setOffline(false);
    await reach(north.page, 'Online');
    expect(await attendee(two)).to.include({ checked_in_gate: 'North gate' });

    expect(await south.page.getByRole('button', { name: 'Let in twice' }).isVisible()).to.equal(false);
    await north.page.getByRole('button', { name: 'Let in twice, or wrongly: 1' }).click();
    const conflict = north.page.getByRole('listitem').filter({ hasText: one.name });
    expect(await conflict.textContent())
      .to.contain('Already in')
      .and.to.contain('at South gate, by gate1');
    await keepPicture(north.page, 'scan-conflict');
    await expectFits(north.page, 'a conflict');
    await expectAccessible(north.page, 'a conflict');
    const { body } = await world.api('GET', '/api/events/1/conflicts');
    expect(body.map(({ name, gate }: { name: string; gate: string }) => [name, gate])).to.deep.include([
      ...[one.name, 'North gate'],
    ]);
    await north.page.getByRole('button', { name: 'Seen' }).click();
    await conflict.waitFor({ state: 'detached' });
    await south.page.goto(`${url()}/events/1/door`);
    const kept = south.page.getByRole('row').filter({ hasText: one.name });
    expect(await kept.textContent()).to.match(/North gate, by gate1.*South gate, by gate1/s);
    await expectFits(south.page, 'the event’s door');
    await expectAccessible(south.page, 'the event’s door');
  });

  it('finds somebody by roll number, lets them in, and takes it back; a hardware scanner is heard anywhere', async () => {
    const one = await guest();
    const { page, complaints, result } = await phone('Desk');
    await reach(page, 'Online');
    const find = async () => {
      await page.getByRole('button', { name: 'Find by name' }).click();
      await page.getByLabel('Name or roll number').fill(one.roll);
      const found = page.getByRole('button', { name: one.name }).filter({ hasText: one.roll });
      await found.waitFor();
      return found;
    };
    await (await find()).click();
    await expectFits(page, 'a person');
    await expectAccessible(page, 'a person');
    // Somebody without a phone, who wants it on this one, or on paper.
    const opening = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Show the ticket' }).click();
    const ticket = await opening;
    await ticket
      .getByRole('img', { name: /QR code/ })
      .first()
      .waitFor();
    expect(readQr(await ticket.screenshot())).to.equal(one.token);
    await ticket.close();
    await page.getByRole('button', { name: 'Let in' }).click();
    await result('yes', 'Come in', one.name);
    await (await find()).click();
    await page.getByLabel('Take this check-in back').selectOption('wrong_person');
    await page.getByRole('button', { name: 'Take back' }).click();
    await until(
      () => attendee(one),
      (now) => now?.checked_in_at === null,
      'taken back',
      60_000,
    );
    await page.getByText('One found.').waitFor();
    await page.locator('#people').getByText('Already in').waitFor({ state: 'detached' });
    await expectFits(page, 'the search');
    await expectAccessible(page, 'the search');

    // Faster than any person, into the search's field.
    const keys = JSON.stringify([...one.token, 'Enter']);
    await page.evaluate(
      `for (const key of ${keys}) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))`,
    );
    await until(
      () => attendee(one),
      (now) => now?.checked_in_gate === 'Desk',
      'in once more',
      60_000,
    );
    expect(complaints).to.deep.equal([]);
  });

  it('can be kept on the home screen, and says so to the browser', async () => {
    const { page } = await phone();
    const manifest = await page.evaluate<{ name: string; icons: { src: string; sizes: string }[] }>(
      `fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())`,
    );
    expect(manifest).to.include({ start_url: '/scan', scope: '/scan', display: 'standalone' });
    for (const { src, sizes } of manifest.icons) {
      const shown = await page.evaluate<string>(
        `new Promise((resolve) => { const image = new Image(); image.onload = () => resolve(image.naturalWidth + 'x' + image.naturalHeight);
          image.src = new URL(${JSON.stringify(src)}, document.querySelector('link[rel=manifest]').href); })`,
      );
      expect(shown).to.equal(sizes);
    }
  });
});
