/**
 * `make growth`: what the same work costs with more and more payments in the store, and how much more replicas of ticketing
 * settle. Ends with two tables, and writes `bench/growth.json`. SIZES=1000,10000 and REPLICAS=3 choose.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showProgress } from '../deploy/local/demo/progress.ts';
import { onStopSignal } from '../deploy/local/stack/signals.ts';
import { growth } from './growth/growth.ts';
import { replicas } from './growth/replicas.ts';
import { growthTable, replicasTable } from './growth/report.ts';
import { machineLine } from './measure/machine.ts';
import { onStage } from './process/on-stage.ts';

const RESULTS = fileURLToPath(new URL('./growth.json', import.meta.url));
/** Settled for each number of replicas. */
const PAYMENTS = 400;
const stopping = new AbortController();
onStopSignal(() => stopping.abort());

/** @throws Error unless all are whole numbers within bounds */
function numbers(name: string, text: string, most: number): number[] {
  const all = text.split(',').map(Number);
  if (all.every((one) => Number.isSafeInteger(one) && one >= 1 && one <= most)) return all.sort((a, b) => a - b);
  throw new Error(`${name} is ${text}; it takes whole numbers from 1 to ${most}, comma separated`);
}

async function run(sizes: readonly number[], most: number): Promise<void> {
  const progress = showProgress(3, process.stdout);
  progress.step('compiling, starting servers');
  const { found, on } = await onStage(stopping.signal, async (stage, on) => {
    progress.step('more and more payments');
    const grown = await growth(stage, sizes, stopping.signal, progress.note);
    progress.step('more and more replicas');
    const parallel = await replicas(stage, most, PAYMENTS, stopping.signal, progress.note);
    return { found: { grown, parallel }, on };
  }).finally(() => progress.end());
  writeFileSync(RESULTS, `${JSON.stringify({ at: new Date(), machine: on, ...found }, null, 2)}\n`);
  console.log(`\n${growthTable(found.grown)}\n\n${replicasTable(found.parallel)}\n\n${machineLine(on)}.`);
  console.log(`In ${relative('.', RESULTS)}, too. What it says: docs/performance.md\n`);
}

try {
  const [most = 3] = numbers('REPLICAS', process.env.REPLICAS ?? '3', 9);
  await run(numbers('SIZES', process.env.SIZES ?? '1000,10000,100000', 1_000_000), most);
} catch (error) {
  process.exitCode = stopping.signal.aborted ? 130 : 1;
  if (!stopping.signal.aborted)
    console.error(`\nIt could not be measured. ${error instanceof Error ? error.message : String(error)}`);
}
