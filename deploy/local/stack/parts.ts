/** The processes of the stack: how each is started, kept running, and listened to. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, spawnChild } from '../children/child.ts';
import { endStale } from '../children/stale.ts';
import type { RunningServer, ServerOptions } from '../servers/running-server.ts';
import type { ProcessName } from './info.ts';
import { type Kept, keepRunning } from './keep-running.ts';
import type { LogFiles } from './log-files.ts';
import { entry, type LogEntry, readLine } from './log-lines.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const SCRIPTS = {
  simulator: 'deploy/simulator/main.ts',
  mail: 'deploy/mail-catcher/main.ts',
  gateway: 'services/gateway/main.ts',
  ingest: 'services/ingest/main.ts',
  ticketing: 'services/ticketing/main.ts',
} as const;
export type ScriptName = keyof typeof SCRIPTS;

export interface Surroundings {
  /** The stack's data folder. */
  readonly dir: string;
  /** The environment that settings come from. */
  readonly given: NodeJS.ProcessEnv;
  readonly files: LogFiles;
  readonly report: (said: LogEntry) => void;
  readonly onPid: (name: ProcessName, pid: number | null) => void;
}

const pidFileOf = (dir: string, name: string) => join(dir, `${name}.pid`);

/** Ends what an earlier run of this folder, dead by now, may have left behind. */
export async function endLeftovers({ dir, report }: Surroundings): Promise<void> {
  await Promise.all(
    Object.keys(SCRIPTS).map(async (name) => {
      const ended = await endStale(pidFileOf(dir, name));
      if (ended !== null) report(entry('stack', 'warn', `ended ${name} of an earlier run (process ${ended})`));
    }),
  );
}

const watcher = (name: ProcessName, { report, onPid }: Surroundings) => ({
  started: (pid: number | null) => {
    report(entry('stack', 'debug', `${name} started`, { pid }));
    onPid(name, pid);
  },
  died: (how: string, retryMs: number) =>
    report(entry('stack', 'error', `${name} ended (${how}); it is started again in ${retryMs / 1_000} s`)),
});

/** Starts one of our scripts as a process of its own and keeps it running. */
export function keepScript(name: ScriptName, env: NodeJS.ProcessEnv, around: Surroundings): Promise<Kept> {
  const { dir, files, report, given } = around;
  const start = (): Promise<Child> =>
    spawnChild({
      name,
      command: process.execPath,
      args: ['--import', 'tsx', SCRIPTS[name]],
      cwd: root,
      env: { ...given, ...env },
      pidFile: pidFileOf(dir, name),
      onLine(line, stream) {
        files.write(name, line);
        report(readLine(name, line, stream));
      },
    });
  return keepRunning(start, watcher(name, around));
}

export interface KeptServer {
  readonly kept: Kept;
  readonly url: string;
  /** One line: what was found or installed. */
  readonly source: string;
}

/** Starts NATS or MongoDB and keeps it running, on the same port with the same data. */
export async function keepServer(
  name: 'nats' | 'mongodb',
  start: (options: ServerOptions) => Promise<RunningServer>,
  options: ServerOptions,
  around: Surroundings,
): Promise<KeptServer> {
  let first: RunningServer | null = null;
  const again = async (): Promise<RunningServer> => {
    if (first === null) {
      first = await start(options);
      return first;
    }
    const port = Number(/:(\d+)/.exec(first.url.slice(first.url.indexOf('//')))?.[1]);
    return await start({ ...options, port });
  };
  const kept = await keepRunning(again, watcher(name, around));
  const { url, source } = first as unknown as RunningServer;
  return { kept, url, source };
}
