/**
 * `make test`: the test files in batches, several at a time, each beside servers of its own. Ends with one closing line for
 * all. `npx mocha FILE` runs one file as it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '../../deploy/local/servers/mongo.ts';
import { startNats } from '../../deploy/local/servers/nats.ts';
import { type BatchResult, closingLine, tellEnd } from '../report/short.ts';
import { runBatch } from './batch.ts';
import { batches, nextBatch } from './batches.ts';
import { testFiles } from './files.ts';
import { generator, testSeed } from './random.ts';

const ALL = ['services', 'shared', 'deploy', 'test', 'bench'];

/** Half of the tests mostly wait, for servers and timers: twice as many lanes as there are cores keep these busy. */
const lanes = Number(process.env.TEST_LANES ?? availableParallelism() * 2);

const started = Date.now();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());

const files = testFiles(process.argv.length > 2 ? process.argv.slice(2) : ALL);
const seed = testSeed();
console.log(`TEST_SEED=${seed}`);
const waiting = batches(files, generator(seed));
const folder = mkdtempSync(join(tmpdir(), 'qrflow-test-run-'));
const total: BatchResult = { passed: 0, failed: 0, skipped: 0, failures: '', failedTests: [] };

/** Runs batch after batch on servers that live as long as it does. */
async function lane(number: number): Promise<void> {
  const [nats, mongo] = await Promise.all([
    startNats({ dir: join(folder, `nats-${number}`) }),
    startMongo({ dir: join(folder, `mongo-${number}`) }),
  ]);
  try {
    const env = { ...process.env, TEST_NATS_URL: nats.url, TEST_MONGODB_URI: mongo.url };
    for (;;) {
      const batch = nextBatch(waiting, number);
      if (!batch || stop.signal.aborted) break;
      const result = await runBatch(
        batch,
        { env, resultFile: join(folder, `result-${number}`), signal: stop.signal },
        console.log,
      );
      total.passed += result.passed;
      total.failed += result.failed;
      total.skipped += result.skipped;
      total.failures += result.failures;
      total.failedTests.push(...result.failedTests);
    }
  } finally {
    await Promise.all([nats.stop(), mongo.stop()]);
  }
}

try {
  await Promise.all(Array.from({ length: Math.max(1, Math.min(lanes, waiting.length)) }, (_, number) => lane(number)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (total.failures) console.log(total.failures);
tellEnd(total, Date.now() - started);
const good = total.failed === 0 && total.passed > 0 && !stop.signal.aborted;
process.exitCode = good ? 0 : 1;
console.log(closingLine(total.passed, total.failed, total.skipped));
