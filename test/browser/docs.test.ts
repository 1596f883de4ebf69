import { expect } from 'chai';
import { ROUTES } from '../../services/gateway/routes/index.ts';
import { startTestGateway, type TestGateway } from '../../services/gateway/testing/start.ts';
import { expectAccessible, expectFits, PHONE, startBrowser, type TestBrowser } from './browser.ts';

/** Everything that can be opened stands open, as for somebody who looks for a word on the page. */
const OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })";

describe('/docs in a browser', () => {
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

  for (const colorScheme of ['light', 'dark'] as const)
    it(`is accessible with everything open and fits a phone, ${colorScheme}`, async () => {
      const { page, complaints } = await browser.open({ viewport: PHONE, colorScheme });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).origin));
      await page.goto(`${gateway.url}/docs`);
      await page.evaluate(OPEN_ALL);
      await expectFits(page, '/docs');
      await expectAccessible(page, '/docs');
      expect(new Set(asked), 'nothing comes from elsewhere').to.deep.equal(new Set([gateway.url]));
      expect(complaints).to.deep.equal([]);
    }).timeout(90_000);

  it('is read by keyboard and by link, without a script', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${gateway.url}/docs`);
    expect(await page.locator('main details').count()).to.be.above(ROUTES.length);
    const operation = page.locator('details', { has: page.locator('#listEvents') });
    await operation.locator('> summary').focus();
    await page.keyboard.press('Enter');
    await operation.getByText('curl -s "$API/api/events"').waitFor({ state: 'visible' });
    await operation.getByRole('link', { name: 'Event', exact: true }).first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#schema-Event').waitFor({ state: 'visible' });
  }).timeout(60_000);
});
