/** `make demo`: a whole stack of its own, and a story of everything that goes wrong with payments. */
import { join } from 'node:path';
import { play, STEPS } from './demo/play.ts';
import { showProgress } from './demo/progress.ts';
import { demoEnvironment, startDemoStack } from './demo/stage.ts';
import { checksOf, oneTicket, tableOf } from './demo/summary.ts';
import { localDir } from './servers/local-dir.ts';
import { onStopSignal } from './stack/signals.ts';
import { whereToLook } from './stack/where-to-look.ts';

const terminal = process.stdout.isTTY === true;
const colours = terminal && process.env.NO_COLOR === undefined;
const once = !terminal || process.env.DEMO_ONCE === '1';
const stopping = new AbortController();
onStopSignal(() => stopping.abort());

async function demo(): Promise<boolean> {
  console.log('\n  QRFlow: from payment to ticket, whatever goes wrong on the way\n');
  const progress = showProgress(STEPS, process.stdout);
  const env = demoEnvironment(process.env);
  const { stack, dir } = await startDemoStack(join(localDir(), 'demo'), env, progress.note, stopping.signal).catch(
    (error: unknown) => {
      progress.end();
      throw error;
    },
  );
  try {
    const { checks, held, counts } = await play(stack.info, progress, stopping.signal).finally(() => progress.end());
    const good = checks.every(({ fault }) => fault === null);
    console.log(`\n${tableOf(counts)}\n\n${oneTicket(held)}\n\n${checksOf(checks, colours)}`);
    console.log(good ? '\n  Every promise held.' : `\n  Not every promise held. The logs: ${stack.logs}`);
    if (once) return good;
    console.log(whereToLook(stack, { infoFile: `${dir}.json`, colours }));
    console.log('  It stays up until Ctrl-C.\n');
    const awake = setInterval(() => undefined, 60_000);
    await new Promise((done) => stopping.signal.addEventListener('abort', done, { once: true }));
    clearInterval(awake);
    return good;
  } finally {
    await stack.stop();
  }
}

try {
  process.exitCode = (await demo()) ? 0 : 1;
} catch (error) {
  process.exitCode = stopping.signal.aborted ? 130 : 1;
  if (!stopping.signal.aborted)
    console.error(`\nThe demo could not be played. ${error instanceof Error ? error.message : String(error)}`);
}
