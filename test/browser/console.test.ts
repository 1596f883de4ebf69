import { expect } from 'chai';
import { PASSWORD, startTestGateway, type TestGateway } from '../../services/gateway/testing/start.ts';
import { expectAccessible, expectFits, PHONE, startBrowser, type TestBrowser } from './browser.ts';

describe('the console in a browser', () => {
  let browser: TestBrowser;
  let gateway: TestGateway;
  before(async function () {
    browser = await startBrowser(this);
    gateway = await startTestGateway();
  });
  after(async () => {
    await browser?.close();
    await gateway?.stop();
  });

  it('signs in by keyboard, goes where one was going, and signs out', async () => {
    const { page, complaints } = await browser.open();
    await page.goto(`${gateway.url}/?q=1`);
    expect(new URL(page.url()).pathname).to.equal('/login');
    await expectAccessible(page, 'the sign-in page');

    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).to.equal('username or password is wrong');
    expect(await page.getByLabel('Username').inputValue(), 'what was typed stays').to.equal('admin');
    expect(await page.getByLabel('Password').inputValue(), 'but for the password').to.equal('');

    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    expect(page.url()).to.equal(`${gateway.url}/?q=1`);
    await expectAccessible(page, 'today');
    const [cookie] = await page.context().cookies();
    expect(cookie).to.include({ name: 'qrflow_session', httpOnly: true, sameSite: 'Lax' });

    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('status').textContent()).to.equal('You are signed out.');
    await page.goto(`${gateway.url}/`);
    expect(new URL(page.url()).pathname).to.equal('/login');
    expect(complaints).to.deep.equal([]);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`fits a phone of 360 px, with its menu, in ${colorScheme}`, async () => {
      const { page, complaints } = await browser.open({ viewport: PHONE, colorScheme });
      await page.goto(`${gateway.url}/login`);
      await expectFits(page, 'the sign-in page');
      await expectAccessible(page, 'the sign-in page');
      await page.getByLabel('Username').fill('admin');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Today' }).waitFor();
      await expectFits(page, 'today');
      expect(await page.getByRole('navigation').isVisible()).to.equal(false);
      await page.getByRole('button', { name: 'Menu' }).click();
      expect(await page.getByRole('navigation').isVisible()).to.equal(true);
      await expectAccessible(page, 'the menu');
      await page.keyboard.press('Escape');
      expect(await page.getByRole('navigation').isVisible()).to.equal(false);
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(ground).to.equal(colorScheme === 'dark' ? 'rgb(19, 20, 22)' : 'rgb(246, 246, 244)');
      expect(complaints).to.deep.equal([]);
    });
});
