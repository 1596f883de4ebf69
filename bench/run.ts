/**
 * `make bench`: every path beside its limit, in turns, on servers of their own. Ends with a table, and writes
 * `bench/results.json`. ONLY=ingest,list chooses.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showProgress } from '../deploy/local/demo/progress.ts';
import { chosen } from './choose.ts';
import { command } from './command.ts';
import { machineLine } from './measure/machine.ts';
import { measure, type PathResult } from './measure/measure.ts';
import type { Path } from './measure/path.ts';
import { table } from './measure/table.ts';
import { PATHS } from './paths/index.ts';
import { onStage } from './process/on-stage.ts';
import type { Stage } from './process/stage.ts';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));
const terminal = process.stdout.isTTY === true;

async function measureAll(
  paths: readonly Path[],
  stage: Stage,
  progress: ReturnType<typeof showProgress>,
  signal: AbortSignal,
): Promise<PathResult[]> {
  const results: PathResult[] = [];
  const { warmUps, rounds } = stage.sizes;
  for (const path of paths) {
    progress.step(path.name);
    const contest = await path.open(stage);
    let round = 0;
    const step = () => {
      signal.throwIfAborted();
      round += 1;
      if (terminal) progress.note(`${path.name}: round ${round} of ${warmUps + rounds}`);
    };
    try {
      results.push(await measure(path, contest, stage.sizes, step));
    } finally {
      await contest.close();
    }
  }
  return results;
}

async function bench(paths: readonly Path[], signal: AbortSignal): Promise<void> {
  const progress = showProgress(paths.length + 1, process.stdout);
  progress.step('compiling, starting servers');
  const began = new Date();
  const { results, on } = await onStage(signal, async (stage, on) => ({
    results: await measureAll(paths, stage, progress, signal),
    on,
  })).finally(() => progress.end());
  const seconds = Math.round((Date.now() - began.getTime()) / 1_000);
  writeFileSync(RESULTS, `${JSON.stringify({ began, seconds, machine: on, results }, null, 2)}\n`);
  console.log(`\n${table(paths, results)}\n`);
  console.log(`Ratios compare with the limit on the same machine; all other figures are of this one alone:`);
  console.log(`${machineLine(on)}.\nIn ${relative('.', RESULTS)}, too. What the columns say: docs/performance.md\n`);
}

await command('It could not be measured.', async (signal) => bench(chosen(process.env.ONLY ?? '', PATHS), signal));
