/**
 * Runs suites and tests in a random order, so that none can lean on another. The seed is printed; `TEST_SEED=… make test`
 * replays an order.
 */
import { randomInt } from 'node:crypto';

// In the environment, so that every module that asks sees one seed.
process.env.TEST_SEED ||= String(randomInt(1, 1_000_000));
const seed = process.env.TEST_SEED;

/** mulberry32: small, and the same everywhere. */
function generator(text: string): () => number {
  let state = [...text].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(list: unknown[], random: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
}

function shuffleBelow(suite: Mocha.Suite, random: () => number): void {
  shuffle(suite.suites, random);
  shuffle(suite.tests, random);
  for (const inner of suite.suites) shuffleBelow(inner, random);
}

export const mochaHooks = {
  // Mocha walks the tree as it runs, so the first hook of the root suite may still rearrange it.
  beforeAll(this: Mocha.Context) {
    const root = this.test?.parent;
    if (root) shuffleBelow(root, generator(seed));
  },
};
