/** Victims from outside: loaded ahead, started when it is their turn, and seen dying. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import { testFolder } from '../servers.ts';
import type { Point } from './failure-points.ts';
import type { Order, Reply, VictimName } from './victim.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface Death {
  signal: NodeJS.Signals | null;
  code: number | null;
  /** What it said last. */
  said: string;
}

export interface Victim {
  start(name: VictimName, env: Record<string, string>, arm?: Point | null): Promise<Reply>;
  arm(point: Point | null): Promise<Reply>;
  steps(): Promise<Reply>;
  readonly gone: Promise<Death>;
  isGone(): boolean;
  /** SIGKILL from outside. */
  kill(): Promise<Death>;
}

/** Compiles the victim into one file: it starts in a quarter of the time. */
async function compiled(): Promise<string> {
  const outdir = await testFolder();
  await build({
    entryPoints: [here('victim.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir,
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await stop();
  cpSync(here('../../services/ticketing/mail/templates'), join(outdir, 'templates'), { recursive: true });
  return join(outdir, 'victim.mjs');
}

let program: Promise<string> | undefined;

function victim(child: ChildProcess): Victim {
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  let ended = false;
  const gone = once(child, 'close').then(([code, signal]): Death => {
    ended = true;
    return { code, signal, said };
  });

  /** Sends an order; whoever dies over it answers nothing more. */
  async function told(order: Order): Promise<Reply> {
    const reply = once(child, 'message').then(([message]) => message as Reply);
    child.send(order, () => undefined);
    return await Promise.race([reply, gone.then(() => ({ steps: [], writes: [], commands: [] }))]);
  }

  return {
    start: (name, env, arm = null) => told({ start: name, env, arm }),
    arm: (point) => told({ arm: point }),
    steps: () => told({ steps: true }),
    gone,
    isGone: () => ended || child.exitCode !== null || child.signalCode !== null,
    async kill() {
      child.kill('SIGKILL');
      return await gone;
    },
  };
}

/** A row of victims: while one is at work, the next one is loaded. */
export async function victims(): Promise<{ next(): Victim; end(): Promise<void> }> {
  program ??= compiled();
  const file = await program;
  const load = () => victim(fork(file, { execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: {} }));
  let waiting = load();
  return {
    next() {
      const now = waiting;
      waiting = load();
      return now;
    },
    end: async () => void (await waiting.kill()),
  };
}
