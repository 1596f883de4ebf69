// What starting our own NATS and our own MongoDB have in common: the data folder, the port, the wait, the log.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type Exit, spawnChild } from '../children/child.ts';
import { type Lock, Locked, takeLock } from '../children/lock.ts';
import { endStale } from '../children/stale.ts';
import { FolderInUse, ServerNotReady } from './errors.ts';
import { freePort, PortTaken, requireFree } from './free-port.ts';
import type { RunningServer, ServerOptions } from './running-server.ts';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly url: string;
  /** Rejects while the server does not answer; asked again until it does. */
  readonly ask: () => Promise<unknown>;
}

const startTimeoutMs = 60_000;
const maxLogBytes = 5_000_000;

/**
 * Starts a server of ours in its data folder and waits until it answers.
 * @param prepare makes what the server needs in the folder, and says how to start it on this port.
 * @throws FolderInUse, PortTaken, ServerNotReady, ChildNotStarted
 */
export async function startServerProcess(
  name: string,
  source: string,
  { dir, port = 0, report = () => undefined }: ServerOptions,
  prepare: (port: number) => Promise<Launch>,
): Promise<RunningServer> {
  const lock = lockFolder(name, dir);
  try {
    const pidFile = join(dir, 'server.pid');
    const ended = await endStale(pidFile);
    if (ended !== null) report(`ended a ${name} that an earlier run left behind (process ${ended})`);
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (port !== 0) await requireFree(name, port);
        const launch = await prepare(port === 0 ? await freePort() : port);
        const child = await startAndWait(name, dir, pidFile, launch);
        return owned(child, launch.url, source, lock);
      } catch (error) {
        // A port of our own choice may be taken by another between our look and the server's.
        if (!(error instanceof PortTaken) || port !== 0 || attempt === 5) throw error;
      }
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockFolder(name: string, dir: string): Lock {
  try {
    return takeLock(join(dir, 'lock'));
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
    const message = `${name}: the data folder ${dir} is in use by process ${error.holder}. Stop that one, or choose another folder.`;
    throw new FolderInUse(message, { cause: error });
  }
}

async function startAndWait(name: string, dir: string, pidFile: string, launch: Launch): Promise<Child> {
  mkdirSync(dir, { recursive: true });
  const logFile = join(dir, 'server.log');
  if (existsSync(logFile) && statSync(logFile).size > maxLogBytes) renameSync(logFile, `${logFile}.old`);
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const { command, args, env } = launch;
  const child = await spawnChild({ name, command, args, logFile, pidFile, ...(env === undefined ? {} : { env }) });
  const failure = await answerOrFailure(child, launch.ask);
  if (failure === null) return child;
  await child.kill();
  const log = readFileSync(logFile).subarray(logStart).toString('utf8').trimEnd();
  const taken = /address already in use|EADDRINUSE/i.test(log) ? portOf(launch.url) : null;
  if (taken !== null) throw new PortTaken(name, taken);
  const lastLines = log.split('\n').slice(-15).join('\n  ');
  throw new ServerNotReady(`${name} ${failure.message}. Its last lines (${logFile}):\n  ${lastLines}`, failure);
}

/** Null once the server answers; why it never will, otherwise. */
async function answerOrFailure(child: Child, ask: Launch['ask']): Promise<{ message: string; cause?: unknown } | null> {
  let exit: Exit | null = null;
  const exited = child.exited.then((how) => {
    exit = how;
  });
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const answer = await Promise.race([
      ask().then(
        () => null,
        (cause: unknown) => ({ cause }),
      ),
      exited,
    ]);
    if (exit !== null) {
      const { code, signal }: Exit = exit;
      return { message: `ended at its start (${signal ?? `exit code ${code}`})` };
    }
    if (answer === null) return null;
    if (Date.now() > deadline) return { message: `does not answer after ${startTimeoutMs / 1000} s`, ...answer };
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 25)), exited]);
  }
}

function owned(child: Child, url: string, source: string, lock: Lock): RunningServer {
  const exited = child.exited.then((exit) => {
    lock.release();
    return exit;
  });
  const { pid } = child;
  return {
    url,
    pid,
    source,
    external: false,
    exited,
    stop: () =>
      child
        .stop()
        .then(() => exited)
        .then(() => undefined),
    kill: () =>
      child
        .kill()
        .then(() => exited)
        .then(() => undefined),
  };
}

function portOf(url: string): number {
  return Number(/:(\d+)/.exec(url.slice(url.indexOf('//')))?.[1]);
}
