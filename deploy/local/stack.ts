/** `make stack`: everything on this machine, until Ctrl-C. See stack/start.ts. */
import { join, resolve } from 'node:path';
import { localDir } from './servers/local-dir.ts';
import { formatEntry } from './stack/log-lines.ts';
import { onStopSignal } from './stack/signals.ts';
import { startStack } from './stack/start.ts';
import { whereToLook } from './stack/where-to-look.ts';

const { STACK_DIR } = process.env;
const dir = STACK_DIR ? resolve(STACK_DIR) : join(localDir(), 'stack');
const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const stopping = new AbortController();
onStopSignal(() => {
  console.log(stopping.signal.aborted ? '' : '\nStopping …');
  stopping.abort();
});

try {
  const stack = await startStack({
    dir,
    signal: stopping.signal,
    report: (said) => {
      if (said.level !== 'debug' || said.from !== 'stack') console.log(formatEntry(said, colours));
    },
  });
  if (!stopping.signal.aborted) {
    console.log(whereToLook(stack, { infoFile: `${dir}.json`, colours }));
    // Something must keep the process up, whatever its children do.
    const awake = setInterval(() => undefined, 60_000);
    await new Promise((done) => stopping.signal.addEventListener('abort', done, { once: true }));
    clearInterval(awake);
  }
  await stack.stop();
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(`\nThe stack cannot start. ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
