/** Pictures of pages for the documents: taken with SCREENSHOTS=1 (`make screenshots`), into docs/screenshots. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { smallPng } from './small-png.ts';

const SHOTS = process.env.SCREENSHOTS ? new URL('../../docs/screenshots/', import.meta.url) : undefined;
/** Bytes: a repository keeps each of them for ever. */
const LARGEST = 60_000;

export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!SHOTS) return;
  const picture = smallPng(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  expect(picture.length, `${name}.png`).to.be.below(LARGEST);
  mkdirSync(SHOTS, { recursive: true });
  writeFileSync(new URL(`${name}.png`, SHOTS), picture);
}
