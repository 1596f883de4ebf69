/**
 * `make bench`: every path beside its limit, in turns, on servers of their own. Ends with a table, and writes
 * `bench/results.json`. ONLY=ingest,list chooses.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from '../deploy/local/children/lock.ts';
import { showProgress } from '../deploy/local/demo/progress.ts';
import { localDir } from '../deploy/local/servers/local-dir.ts';
import { startMongo } from '../deploy/local/servers/mongo.ts';
import { startNats } from '../deploy/local/servers/nats.ts';
import { onStopSignal } from '../deploy/local/stack/signals.ts';
import { compiled } from './code.ts';
import { machine, machineLine } from './measure/machine.ts';
import { measure, type PathResult } from './measure/measure.ts';
import { full, type Path } from './measure/path.ts';
import { table } from './measure/table.ts';
import { chosen } from './paths/index.ts';
import { openStage } from './process/stage.ts';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));
const terminal = process.stdout.isTTY === true;
const stopping = new AbortController();
onStopSignal(() => stopping.abort());

async function bench(paths: readonly Path[]): Promise<void> {
  const dir = join(localDir(), 'bench');
  // Another at the same time would be measured, too, and its data is about to be thrown away.
  const held = takeLock(`${dir}.lock`);
  try {
    await measureAll(paths, dir);
  } finally {
    held.release();
  }
}

async function measureAll(paths: readonly Path[], dir: string): Promise<void> {
  const progress = showProgress(paths.length + 1, process.stdout);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  progress.step('compiling, starting servers');
  const code = await compiled(dir, stopping.signal).catch((error: unknown) => {
    progress.end();
    throw error;
  });
  const [nats, mongo] = await Promise.all([
    startNats({ dir: join(dir, 'nats'), ignoreEnv: true }),
    startMongo({ dir: join(dir, 'mongodb') }),
  ]);
  const sizes = full(mongo.source.includes('SecantusDB'));
  const stage = await openStage({ dir, sizes, code, nats: nats.url, mongodb: mongo.url });
  const results: PathResult[] = [];
  const began = new Date();
  try {
    for (const path of paths) {
      progress.step(path.name);
      const contest = await path.open(stage);
      let round = 0;
      const step = () => {
        stopping.signal.throwIfAborted();
        round += 1;
        if (terminal) progress.note(`${path.name}: round ${round} of ${sizes.warmUps + sizes.rounds}`);
      };
      try {
        results.push(await measure(path, contest, sizes, step));
      } finally {
        await contest.close();
      }
    }
  } finally {
    progress.end();
    await stage.close();
    await Promise.all([nats.stop(), mongo.stop()]);
  }
  const on = machine([nats.source, mongo.source]);
  const seconds = Math.round((Date.now() - began.getTime()) / 1_000);
  writeFileSync(RESULTS, `${JSON.stringify({ began, seconds, machine: on, results }, null, 2)}\n`);
  console.log(`\n${table(paths, results)}\n`);
  console.log(`Ratios compare with the limit on the same machine; all other figures are of this one alone:`);
  console.log(`${machineLine(on)}.\nIn ${relative('.', RESULTS)}, too. What the columns say: docs/performance.md\n`);
}

try {
  await bench(chosen(process.env.ONLY ?? ''));
} catch (error) {
  process.exitCode = stopping.signal.aborted ? 130 : 1;
  if (!stopping.signal.aborted)
    console.error(`\nIt could not be measured. ${error instanceof Error ? error.message : String(error)}`);
}
