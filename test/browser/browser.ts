/**
 * A real Chromium for tests, one a file: found on the system, driven by playwright-core, with axe-core to judge each page.
 * Without one the suite says how to get it and is skipped; where CI is set that is a failure.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The one without windows first: a whole Chromium spends more on those that nobody sees than on the pages. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const HOW = 'install Chromium (Debian: apt-get install chromium-headless-shell), or say where it is with CHROMIUM_PATH';

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Where Chromium is; undefined: nowhere. @throws Error for a CHROMIUM_PATH that is none */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM_PATH: given, PATH = '' } = env;
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROMIUM_PATH=${given} cannot be run; ${HOW}`);
    return given;
  }
  const folders = PATH.split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Phones that door staff and students have, and a desk. */
export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1440, height: 900 };

/** A page in a context of its own (its own cookies), which fails its test for whatever the browser's console complains about. */
export interface Opened {
  page: Page;
  /** What the browser complained about: scripts that threw, what the policy refused. */
  complaints: string[];
}

export interface TestBrowser {
  open(options?: BrowserContextOptions): Promise<Opened>;
  close(): Promise<void>;
}

/** For `before(async function () { browser = await startBrowser(this) })`. `flags`: more of Chromium's. */
export async function startBrowser(suite: Mocha.Context, flags: readonly string[] = []): Promise<TestBrowser> {
  suite.timeout(120_000);
  const executablePath = findChromium();
  if (executablePath === undefined) {
    if (process.env.CI) throw new Error(`there is no Chromium, and CI is set: ${HOW}`);
    console.log(`    skipped, there is no Chromium: ${HOW}`);
    return suite.skip();
  }
  const browser: Browser = await chromium.launch({ executablePath, args: [...FLAGS, ...flags], timeout: 60_000 });
  return {
    async open(options = {}) {
      const context = await browser.newContext({
        viewport: DESK,
        locale: 'en-IN',
        timezoneId: 'Asia/Kolkata',
        ...options,
      });
      context.setDefaultTimeout(30_000);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // That a page answers 404 is the test's business.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails with every violation of WCAG 2.2 AA that axe finds on the page as it is now. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(AXE);
  const violations = await page.evaluate<Violation[]>(
    `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then((result) => result.violations)`,
  );
  const said = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n    ${failureSummary ?? ''}`).join('\n')}`,
  );
  expect(said.join('\n'), `${what} is not accessible`).to.equal('');
}

/** As text, because the browser's types are not Node's. */
const TOO_WIDE = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5)
    .map((one) => one.outerHTML.slice(0, 200));
})()`;

/** Nothing is wider than the screen, so that nobody scrolls sideways. */
export async function expectFits(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate<string[]>(TOO_WIDE);
  expect(wide, `${what} is wider than the screen`).to.deep.equal([]);
}
