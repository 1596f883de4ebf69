/**
 * Runs suites and tests in a random order, so that none can lean on another, and draws the cases of property tests from
 * the same seed. It is printed; `TEST_SEED=… make test` replays order and cases. And gives each test `PATIENCE`.
 */
import fc from 'fast-check';
import { PATIENCE } from './patience.ts';
import { generator, shuffle, testSeed } from './run/random.ts';

const seed = testSeed();
fc.configureGlobal({ seed: Math.floor(generator(seed)() * 2 ** 31) });

function giveTimeBelow(suite: Mocha.Suite): void {
  for (const test of suite.tests) test.timeout(PATIENCE * test.timeout());
  for (const inner of suite.suites) giveTimeBelow(inner);
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
    if (!root) return;
    shuffleBelow(root, generator(seed));
    giveTimeBelow(root);
  },
};
