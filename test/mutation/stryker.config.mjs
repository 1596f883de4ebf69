/** Mutation tests of the pure core: `make mutate`. By hand, because they take some twenty minutes. */
import { availableParallelism } from 'node:os';
import { parts } from './core.mjs';

// One seed for every mutant, or a property test might kill one by luck.
process.env.TEST_SEED ||= '1';

// biome-ignore lint/style/noDefaultExport: Stryker takes its configuration by its default export
export default {
  mutate: parts.flatMap(({ code }) => code),
  testRunner: 'mocha-esm',
  plugins: ['./test/mutation/mocha-esm.mjs'],
  testRunnerNodeArgs: ['--import', 'tsx'],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATE_WORKERS ?? Math.max(1, Math.floor(availableParallelism() / 2))),
  // A mutant that never ends is found by its count of steps; this is for those that wait.
  timeoutMS: 10_000,
  // It would read tsconfig.json through an interface that TypeScript 7 no longer has.
  tsconfigFile: 'none',
  ignorePatterns: ['.local', 'dist', 'coverage', 'docs'],
  tempDirName: '.local/stryker',
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, allowEmojis: false },
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  thresholds: { high: 95, low: 90, break: 90 },
  allowConsoleColors: false,
};
