/**
 * `make replay`: days that broke others, once more, against a whole QRFlow. Ends with what became of every payment, and
 * writes `bench/replays.json` and a picture of each. ONLY=rush chooses; SPEED=10 lets ten minutes pass in one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showProgress } from '../deploy/local/demo/progress.ts';
import { chosen } from './choose.ts';
import { command } from './command.ts';
import { prepareEvent } from './load/event.ts';
import { machineLine } from './measure/machine.ts';
import { onStage } from './process/on-stage.ts';
import { openWhole } from './process/whole.ts';
import { REPLAYS } from './replays/index.ts';
import { plot } from './replays/plot.ts';
import { type Replay, type ReplayResult, replay, settingsAt } from './replays/replay.ts';
import { report } from './replays/report.ts';

const RESULTS = fileURLToPath(new URL('./replays.json', import.meta.url));
const PICTURES = fileURLToPath(new URL('../docs/replays', import.meta.url));
const terminal = process.stdout.isTTY === true;

function speedOf(text: string): number {
  const speed = Number(text);
  if (Number.isFinite(speed) && speed >= 1 && speed <= 100) return speed;
  throw new Error(`SPEED is ${text}; it takes a number from 1 to 100`);
}

async function run(replays: readonly Replay[], speed: number, signal: AbortSignal): Promise<void> {
  const progress = showProgress(replays.length + 1, process.stdout);
  progress.step('compiling, starting servers');
  const { results, on } = await onStage(signal, async (stage, on) => {
    const results: ReplayResult[] = [];
    for (const one of replays) {
      progress.step(one.name);
      const step = (paid: number, mailed: number) => {
        if (terminal) progress.note(`${one.name}: ${paid} of ${one.payments} paid, ${mailed} mails`);
      };
      const whole = await openWhole(stage, { prepare: prepareEvent, change: settingsAt(speed) });
      results.push(await replay(whole, one, speed, signal, step).finally(() => whole.close()));
    }
    return { results, on };
  }).finally(() => progress.end());
  mkdirSync(PICTURES, { recursive: true });
  for (const { name, backlog } of results)
    writeFileSync(join(PICTURES, `${name}.svg`), plot(`${name}: who waits for a ticket, and for a mail`, backlog));
  const figures = results.map(({ backlog: _drawn, ...figures }) => figures);
  writeFileSync(RESULTS, `${JSON.stringify({ at: new Date(), machine: on, results: figures }, null, 2)}\n`);
  console.log(`\n${report(results)}\n\n${machineLine(on)}.`);
  console.log(`In ${relative('.', RESULTS)} and ${relative('.', PICTURES)}/, too. What it says: docs/performance.md\n`);
  if (results.some(({ withoutTicket, withoutMail }) => withoutTicket + withoutMail > 0)) process.exitCode = 1;
}

await command('It could not be replayed.', async (signal) =>
  run(chosen(process.env.ONLY ?? '', REPLAYS), speedOf(process.env.SPEED ?? '1'), signal),
);
