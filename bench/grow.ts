/**
 * `make growth`: what the same work costs with more and more payments in the store, how much more replicas of ticketing
 * settle, and what the services hold when they have handled many. Ends with three tables, and writes `bench/growth.json`.
 * SIZES=1000,10000, REPLICAS=3 and HANDLED=1000,100000 choose.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showProgress } from '../deploy/local/demo/progress.ts';
import { command } from './command.ts';
import { growth } from './growth/growth.ts';
import { measures } from './growth/measures.ts';
import { memory } from './growth/memory.ts';
import { replicas, type WithReplicas } from './growth/replicas.ts';
import { growthTable, memoryTable, replicasTable } from './growth/report.ts';
import { prepareEvent } from './load/event.ts';
import { machineLine } from './measure/machine.ts';
import { onStage } from './process/on-stage.ts';
import { openWhole, type Whole } from './process/whole.ts';

const RESULTS = fileURLToPath(new URL('./growth.json', import.meta.url));
/** Settled for each number of replicas. */
const PAYMENTS = 400;

/** @throws Error unless all are whole numbers within bounds */
function numbers(name: string, text: string, most: number): number[] {
  const all = text.split(',').map(Number);
  if (all.every((one) => Number.isSafeInteger(one) && one >= 1 && one <= most)) return all.sort((a, b) => a - b);
  throw new Error(`${name} is ${text}; it takes whole numbers from 1 to ${most}, comma separated`);
}

async function run(
  sizes: readonly number[],
  most: number,
  handled: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const progress = showProgress(3 + most, process.stdout);
  progress.step('compiling, starting servers');
  const { found, machine } = await onStage(signal, async (stage, machine) => {
    /** Each on a QRFlow of its own. */
    const on = async <T>(what: string, work: (whole: Whole) => Promise<T>, change = {}): Promise<T> => {
      progress.step(what);
      const whole = await openWhole(stage, { prepare: prepareEvent, change });
      return work(whole).finally(() => whole.close());
    };
    const grown = await on(
      'more and more payments',
      (whole) => growth(whole, measures(stage), sizes, signal, progress.note),
      // Sixty times as often as usual, so that what recovery takes is seen.
      { RECOVERY_INTERVAL: '1s' },
    );
    const parallel: WithReplicas[] = [];
    for (let running = 1; running <= most; running++) {
      signal.throwIfAborted();
      parallel.push(await on(`ticketing ${running} times`, (whole) => replicas(whole, running, PAYMENTS, signal)));
    }
    const memories = await on('more and more payments handled', (whole) =>
      memory(whole, handled, signal, progress.note),
    );
    return { found: { grown, parallel, memories }, machine };
  }).finally(() => progress.end());
  writeFileSync(RESULTS, `${JSON.stringify({ at: new Date(), machine, ...found }, null, 2)}\n`);
  const tables = [growthTable(found.grown), replicasTable(found.parallel), memoryTable(found.memories)];
  console.log(`\n${tables.join('\n\n')}\n\n${machineLine(machine)}.`);
  console.log(`In ${relative('.', RESULTS)}, too. What it says: docs/performance.md\n`);
}

await command('It could not be measured.', async (signal) => {
  const [most = 3] = numbers('REPLICAS', process.env.REPLICAS ?? '3', 9);
  const sizes = numbers('SIZES', process.env.SIZES ?? '1000,10000,100000', 1_000_000);
  await run(sizes, most, numbers('HANDLED', process.env.HANDLED ?? '1000,10000', 1_000_000), signal);
});
