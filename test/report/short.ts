/**
 * The reporter: a line a suite, failures in full at the end, and as the very last line `N passed, N failed`, which CI reads.
 * In a batch of a larger run (test/run) the end is handed over to whoever started it instead.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

const { Base } = Mocha.reporters;
const { color, symbols } = Base;
const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_END } = Mocha.Runner.constants;

/** The file that whoever started this batch reads its result from. */
const RESULT = process.env.TEST_RESULT_FILE;

/** What a batch came to; `failures` is text for people, `failedTests` a line for each of them. */
export interface BatchResult {
  passed: number;
  failed: number;
  skipped: number;
  failures: string;
  failedTests: string[];
}

/** `12 passed, 0 failed`, and `, 1 skipped` only where some were. */
export const closingLine = (passed: number, failed: number, skipped: number): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

class ShortReporter extends Base {
  private suite = { started: 0, passed: 0, failed: 0, skipped: 0 };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_RUN_BEGIN, () => {
      if (!RESULT) console.log(`TEST_SEED=${process.env.TEST_SEED}`);
    });
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root) this.suite = { started: Date.now(), passed: 0, failed: 0, skipped: 0 };
    });
    runner.on(EVENT_TEST_END, (test) => {
      if (test.isPending()) this.suite.skipped++;
      else if (test.isPassed()) this.suite.passed++;
      else this.suite.failed++;
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.parent?.root) this.tellSuite(suite);
    });
    runner.once(EVENT_RUN_END, () => this.tellAll());
  }

  private tellSuite(suite: Mocha.Suite) {
    const { started, passed, failed, skipped } = this.suite;
    // A hook that fails is a failure of its suite, though no test of it ran.
    const broken = this.failures.some((failure) => belongsTo(failure, suite));
    const mark = broken ? color('fail', symbols.err) : color('checkmark', symbols.ok);
    const counts = [
      `${passed}`,
      ...(failed > 0 ? [color('fail', `${failed} failed`)] : []),
      ...(skipped > 0 ? [color('pending', `${skipped} skipped`)] : []),
    ].join(', ');
    console.log(`${mark} ${suite.title} ${color('light', `(${counts}; ${seconds(Date.now() - started)})`)}`);
  }

  private tellAll() {
    const { passes = 0, failures = 0, pending = 0, duration = 0 } = this.stats;
    if (RESULT) {
      const result: BatchResult = {
        passed: passes,
        failed: failures,
        skipped: pending,
        failures: failures > 0 ? listed(this.failures) : '',
        failedTests: this.failures.map(named),
      };
      writeFileSync(RESULT, JSON.stringify(result));
      return;
    }
    if (failures > 0) console.log(listed(this.failures));
    tellEnd({ passed: passes, failed: failures, skipped: pending, failedTests: this.failures.map(named) }, duration);
    // At the exit, so that nothing that still speaks while stopping comes after it.
    process.once('exit', () => console.log(closingLine(passes, failures, pending)));
  }
}

/** How the failures of a run read. */
function listed(failures: Mocha.Test[]): string {
  const lines: string[] = [];
  const print = Base.consoleLog;
  Base.consoleLog = (...line: unknown[]) => void lines.push(format(...line));
  try {
    Base.list(failures);
  } finally {
    Base.consoleLog = print;
  }
  return lines.join('\n');
}

const named = (failure: Mocha.Test) => `${relative('', failure.file ?? '')}: ${failure.fullTitle()}`;

/** What comes right before the closing line: the names of what failed once more, for who sees only a log's last lines. */
export function tellEnd({ passed, failed, skipped, failedTests }: Omit<BatchResult, 'failures'>, ms: number): void {
  for (const name of failedTests) console.log(`failed: ${name}`);
  if (failed > 0) console.log(`\nThe same order again: TEST_SEED=${process.env.TEST_SEED} make test`);
  else if (passed + skipped === 0) console.log('No test ran: that is a failure, too.');
  console.log(`\nin ${seconds(ms)}`);
}

const belongsTo = (failure: Mocha.Test, suite: Mocha.Suite) => {
  for (let at: Mocha.Suite | undefined = failure.parent; at; at = at.parent) if (at === suite) return true;
  return false;
};

// biome-ignore lint/style/noDefaultExport: mocha takes a reporter by its default export
export default ShortReporter;
