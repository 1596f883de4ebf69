/**
 * Runs suites and tests in a random order, so that none can lean on another, and draws the cases of property tests from
 * the same seed. It is printed; `TEST_SEED=… make test` replays order and cases. And gives each test and hook `PATIENCE`.
 */
import fc from 'fast-check';
import Mocha from 'mocha';
import { PATIENCE } from './patience.ts';
import { generator, shuffle, testSeed } from './run/random.ts';

const seed = testSeed();
fc.configureGlobal({ seed: Math.floor(generator(seed)() * 2 ** 31) });

/** Before and after, all and each: Mocha has no other way to them. */
const HOOKS = ['_beforeAll', '_beforeEach', '_afterEach', '_afterAll'] as const;
type WithHooks = Record<(typeof HOOKS)[number], Mocha.Hook[]>;

/** What sets its own limit sets it as it runs. */
const limited = Mocha.Context.prototype.timeout as (this: Mocha.Context, ms?: number) => unknown;
Object.assign(Mocha.Context.prototype, {
  timeout(this: Mocha.Context, ms?: number) {
    return ms === undefined ? limited.call(this) : limited.call(this, PATIENCE * ms);
  },
});

function giveTimeBelow(suite: Mocha.Suite): void {
  const hooks = HOOKS.flatMap((kind) => (suite as unknown as WithHooks)[kind]);
  for (const one of [...suite.tests, ...hooks]) one.timeout(PATIENCE * one.timeout());
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
