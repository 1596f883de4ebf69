import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from './identity.ts';
import { signalGroup } from './process-group.ts';
import { guard } from './warden.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** What people call it, in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment, as with node:child_process; the parent's if absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Gets each line the child prints. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Takes what the child prints, appended, when there is no onLine. It keeps filling if we die. */
  readonly logFile?: string;
  /** Where a later run finds this child, should it outlive us: see endStale. Removed when the child exits. */
  readonly pidFile?: string;
  readonly onExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves once the process is really gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, and after the grace (milliseconds) SIGKILL; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export class ChildNotStarted extends Error {
  override readonly name = 'ChildNotStarted';
}

/**
 * Starts a process that we own: it leads its own process group, so that a Ctrl-C on the terminal reaches us alone and
 * we can end it in order, and it ends when we end, also if we are killed.
 * @throws ChildNotStarted if the command cannot be run.
 */
export async function spawnChild(options: ChildOptions): Promise<Child> {
  const log = options.onLine === undefined && options.logFile !== undefined ? openSync(options.logFile, 'a') : null;
  const output = options.onLine !== undefined ? 'pipe' : (log ?? 'ignore');
  const started = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', output, output],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (log !== null) closeSync(log);
  // Nothing may come between the start and these lines: until then nobody would end it for us.
  const identity = started.pid === undefined ? null : identify(started.pid);
  if (identity !== null) guard(identity);
  if (identity !== null && options.pidFile !== undefined) writeFileSync(options.pidFile, JSON.stringify(identity));

  const exited = new Promise<Exit>((resolve) => {
    // Its last lines come after its exit; the end of its pipes may never come, if a grandchild holds them.
    const lastLines = options.onLine === undefined ? null : once(started, 'close');
    started.once('exit', async (code, signal) => {
      await Promise.race([lastLines, delay(1_000, undefined, { ref: false })]);
      if (identity !== null && options.pidFile !== undefined) rmSync(options.pidFile, { force: true });
      options.onExit?.(code, signal);
      resolve({ code, signal });
    });
  });
  readLines(started, options);
  try {
    await once(started, 'spawn');
  } catch (cause) {
    throw new ChildNotStarted(`${options.name}: "${options.command}" cannot be started`, { cause });
  }
  return ownedChild(options.name, started, exited);
}

function ownedChild(name: string, started: ChildProcess, exited: Promise<Exit>): Child {
  const { pid } = started;
  if (pid === undefined) throw new ChildNotStarted(`${name} has no pid`);
  // Until its exit is reported to us the pid is not given away, so the signal cannot meet a stranger.
  const isGone = () => started.exitCode !== null || started.signalCode !== null;
  const end = (signal: NodeJS.Signals) => {
    if (!isGone()) signalGroup(pid, signal);
  };
  return {
    name,
    pid,
    exited,
    async stop(graceMs = 10_000) {
      const inTime = new AbortController();
      end('SIGTERM');
      const late = delay(graceMs, undefined, { signal: inTime.signal }).then(
        () => end('SIGKILL'),
        () => undefined,
      );
      await exited;
      inTime.abort();
      await late;
    },
    async kill() {
      end('SIGKILL');
      await exited;
    },
  };
}

function readLines(started: ChildProcess, { onLine }: ChildOptions): void {
  if (onLine === undefined) return;
  for (const stream of ['stdout', 'stderr'] as const) {
    const input = started[stream];
    if (input !== null) createInterface({ input, crlfDelay: Infinity }).on('line', (line) => onLine(line, stream));
  }
}
