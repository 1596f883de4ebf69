/** An organiser gives an event's mails a look: with the script as it is typed, without it by a button; and tries it out. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { png } from '../pictures.ts';
import { startWorld, until, type World } from '../world.ts';
import { expectAccessible, expectFits, PHONE, startBrowser, type TestBrowser } from './browser.ts';
import { signedIn } from './scene.ts';

describe('the page of an event’s mail', () => {
  let browser: TestBrowser;
  let world: World;
  let url: string;
  const path = '/events/1/mail';
  before(async function () {
    browser = await startBrowser(this);
    world = await startWorld();
    url = `http://127.0.0.1:${world.gateway.port}`;
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', venue: 'Main Hall' });
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });
  beforeEach(() => world.api('DELETE', '/api/events/1/mail-template'));

  const saved = async () => (await world.api('GET', '/api/events/1/mail-template')).body;
  /** The mail in its frame, whichever frame that is by now. */
  const mailOf = (page: Page) => page.frameLocator('iframe.mail:not(.coming)').locator('body');
  const logo = { name: 'logo.png', mimeType: 'image/png', buffer: png(120, 60) };

  it('shows the mail as it is typed, says at its field what is wrong, and saves', async () => {
    const { page, complaints } = await signedIn(browser, url);
    await page.goto(`${url}/events/1`);
    await page.getByRole('link', { name: 'Mail', exact: true }).click();
    await mailOf(page).getByText('Hello Asha Rao,').waitFor();
    const length = await page.evaluate('history.length');

    await page.getByLabel('Text above the code').fill('Come to gate 2,\n{{name}} & <friends>.');
    await mailOf(page).getByText('Asha Rao & <friends>.').waitFor();
    await page.getByLabel('Text above the code').fill('Come to gate 2,\n{{nmae}}!');
    const field = page.getByLabel('Text above the code');
    await page.getByText('line 2, column 1: there is no placeholder {{nmae}}').waitFor();
    expect(await field.getAttribute('aria-invalid')).to.equal('true');
    await mailOf(page).getByText('Asha Rao & <friends>.').waitFor();
    await expectAccessible(page, 'with a fault');

    await field.fill('Come to gate 2, {{name}}!');
    await page.getByLabel('Colour of the head').fill('#ffee00');
    await page.getByText('#ffffff on #ffee00 is hard to read').waitFor();
    await page.getByLabel('Text on it').fill('#222222');
    await page.getByLabel(/^Logo/).setInputFiles(logo);
    await mailOf(page).locator('img[width="60"]').waitFor();
    await mailOf(page).getByText('Come to gate 2, Asha Rao!').waitFor();
    expect(await page.locator('[aria-invalid]').count()).to.equal(0);
    expect(await page.locator('iframe.mail').count(), 'one frame stays').to.equal(1);
    expect(await page.evaluate('history.length'), '"back" leaves the page').to.equal(length);

    await page.getByLabel(/^Logo/).setInputFiles({ ...logo, buffer: Buffer.alloc(2_000_000) });
    await page.getByText('may have at most 64 KiB', { exact: true }).waitFor();
    for (const name of ['Save', 'Send a test']) await page.getByRole('button', { name }).click();
    expect(await field.inputValue(), 'what was typed is still there').to.equal('Come to gate 2, {{name}}!');
    await page.getByLabel(/^Logo/).setInputFiles(logo);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Mails from now on look like this.').waitFor();
    expect(await saved()).to.include({
      above: 'Come to gate 2, {{name}}!',
      greeting: null,
      colour: '#ffee00',
      text_colour: '#222222',
      logo: logo.buffer.toString('base64'),
    });
    await mailOf(page).locator('img[width="60"]').waitFor();
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Back to the default' }).click();
    await page.getByText('Mails have the default look again.').waitFor();
    expect((await saved()).custom).to.equal(false);
    expect(complaints).to.deep.equal([]);
  });

  it('does the same without a script, on a phone', async () => {
    const { page, complaints } = await signedIn(browser, url, { viewport: PHONE, javaScriptEnabled: false });
    await page.goto(url + path);
    await mailOf(page).getByText('Hello Asha Rao,').waitFor();
    await page.getByLabel('Greeting').fill('Namaste {{name}},');
    await page.getByLabel(/^Logo/).setInputFiles(logo);
    await page.getByRole('button', { name: 'Preview' }).click();
    await mailOf(page).getByText('Namaste Asha Rao,').waitFor();
    await mailOf(page).locator('img[width="60"]').waitFor();
    await page.getByLabel('Greeting').fill('Namaste {{name');
    await page.getByRole('button', { name: 'Preview' }).click();
    await mailOf(page).getByText('greeting: line 1, column 9: {{ is not closed').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('line 1, column 9').waitFor();
    expect(await page.getByLabel('Greeting').inputValue(), 'what was typed is still there').to.equal('Namaste {{name');
    expect(await page.getByLabel('Greeting').getAttribute('aria-invalid')).to.equal('true');
    expect((await saved()).custom).to.equal(false);
    await page.getByLabel('Greeting').fill('Namaste {{name}},');
    await page.getByLabel(/^Logo/).setInputFiles(logo);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Mails from now on look like this.').waitFor();
    await page.getByLabel('Without a logo').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Mails from now on look like this.').waitFor();
    expect(await saved()).to.include({ greeting: 'Namaste {{name}},', logo: null });
    expect(complaints).to.deep.equal([]);
  });

  it('sends a test of what is typed and not saved, and says what the mail server has against it', async () => {
    const { page } = await signedIn(browser, url, { viewport: PHONE });
    await page.goto(url + path);
    await page.getByLabel('Subject').fill('Draft for {{name}}');
    await page.getByLabel('Text above the code').fill('Gate 9, {{name}}.');
    await page.getByLabel('Test goes to').fill('desk@example.edu');
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test is on its way to desk@example.edu. Nothing is saved yet.').waitFor();
    await mailOf(page).getByText('Gate 9, Asha Rao.').waitFor();
    await expectFits(page, 'after a test');
    await expectAccessible(page, 'after a test');
    const mails = await until(
      () => world.mails.summaries({ to: 'desk@example.edu' }),
      (found) => found.length > 0,
      'the test',
    );
    expect(mails.map(({ subject }) => subject)).to.deep.equal(['[Test] Draft for Asha Rao']);
    expect(await page.getByLabel('Subject').inputValue()).to.equal('Draft for {{name}}');
    expect((await saved()).custom).to.equal(false);
    await world.mails.setFaults({ permanent_addresses: ['desk@example.edu'] });
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page
      .getByText(/the mail server does not take this address: 5\d\d/)
      .first()
      .waitFor();
    await mailOf(page).getByText('Gate 9, Asha Rao.').waitFor();
    expect(await page.getByLabel('Subject').inputValue()).to.equal('Draft for {{name}}');
    await world.mails.setFaults({ permanent_addresses: [] });
  });
});
