/** A student's phone, from the mail's link to the door. */
import { expect } from 'chai';
import { readQr } from '../qr.ts';
import { startWorld, student, type World } from '../world.ts';
import { expectAccessible, expectFits, type Opened, PHONE, startBrowser, type TestBrowser } from './browser.ts';

const SITE = 'http://tickets.example.edu';

describe('a ticket on a phone', () => {
  let browser: TestBrowser;
  let world: World;
  let phone: Opened;
  let url: string;
  before(async function () {
    browser = await startBrowser(this);
    world = await startWorld({ PUBLIC_URL: SITE });
    await world.api('POST', '/api/events', { name: 'Freshers’ Night', date: '2026-12-20T18:00', venue: 'Main hall' });
    const email = 'asha@example.edu';
    await world.pay({ notes: student({ name: 'Asha Rao', email, event_id: 1 }) });
    const mail = await world.mails.waitFor(({ to }) => to.includes(email), 60_000);
    const link =
      String(mail.text)
        .split('\n')
        .find((line) => line.startsWith(SITE)) ?? '';
    url = `http://127.0.0.1:${world.gateway.port}${new URL(link).pathname}`;
    phone = await browser.open({ viewport: PHONE, hasTouch: true, colorScheme: 'dark' });
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });
  afterEach(() => expect(phone?.complaints.splice(0)).to.deep.equal([]));

  it('shows the code whole on the first screen, full screen on a touch, and closes again', async () => {
    const { page } = phone;
    await page.goto(url);
    const code = page.getByRole('img', { name: /QR code/ }).first();
    const box = await code.boundingBox();
    expect(box && [box.width >= 260, box.y + box.height <= PHONE.height]).to.deep.equal([true, true]);
    await expectFits(page, 'ticket');
    await page.getByRole('button', { name: 'Full screen' }).click();
    const full = page.getByRole('dialog', { name: /full screen/ });
    await full.waitFor();
    await expectAccessible(page, 'full screen');
    expect(readQr(await page.screenshot())).to.match(/^eyJ/);
    await page.keyboard.press('Escape');
    await full.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Full screen' }).click();
    await full.getByRole('button', { name: 'Close' }).click();
    await full.waitFor({ state: 'hidden' });
  }).timeout(90_000);

  it('prints the code and the name without buttons, in black on white', async () => {
    const { page } = phone;
    await page.goto(url);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button').count()).to.equal(0);
    await page.getByText('Asha Rao').first().waitFor();
    expect(readQr(await page.screenshot())).to.match(/^eyJ/);
    await page.emulateMedia({ media: 'screen' });
  }).timeout(60_000);

  it('gives the calendar file', async () => {
    const { page } = phone;
    await page.goto(url);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Add to calendar' }).click();
    expect((await downloading).suggestedFilename()).to.equal('event.ics');
  }).timeout(60_000);

  it('works without scripts, and what the screen shows opens the door once; then the page says so', async () => {
    const plain = await browser.open({ viewport: PHONE, javaScriptEnabled: false });
    await plain.page.goto(url);
    expect(await plain.page.getByRole('button').count(), 'none that would do nothing').to.equal(0);
    const qr_token = readQr(await plain.page.screenshot());
    const scan = async () => (await world.api('POST', '/api/checkin/scan', { qr_token })).body.reason;
    expect([await scan(), await scan()]).to.deep.equal(['ok', 'already_checked_in']);
    await plain.page.reload();
    await plain.page.getByRole('heading', { name: 'Used' }).waitFor();
    await phone.page.goto(url);
    await expectAccessible(phone.page, 'a used ticket');
  }).timeout(90_000);

  it('is followed by a clear page where the link was cut off', async () => {
    const { page } = phone;
    const answer = await page.goto(url.slice(0, -20));
    expect(answer?.status()).to.equal(404);
    await page.getByRole('heading', { name: 'This link opens no ticket' }).waitFor();
    await expectAccessible(page, 'no ticket');
    await expectFits(page, 'no ticket');
  }).timeout(60_000);
});
