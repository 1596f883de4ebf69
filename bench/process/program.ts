/** A process under test, a service or a limit: started, asked, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './answering.ts';

export interface Program {
  /** @throws Error with what went wrong over there, or that it ended */
  ask<T>(kind: string, about?: unknown): Promise<T>;
  /** User and system time since its start, ms, as the operating system counts it. */
  cpuMs(): Promise<number>;
  /** Resident bytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** It ended, or did something wrong; the message has the end of its log. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
}

export interface ProgramOptions {
  /** As Node is told to run it. */
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** Takes what it prints: as in production it logs, and nobody reads along. */
  logFile: string;
}

const SHOWN_CHARACTERS = 2_000;

export function startProgram(name: string, { args, cwd, env, logFile }: ProgramOptions): Program {
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let ended: string | undefined;
  const failure = (what: string) =>
    new ProgramFailed(`${name}: ${what}\n${readFileSync(logFile, 'utf8').slice(-SHOWN_CHARACTERS)}`);

  child.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asker?.reject(failure(answer.error));
    else asker?.resolve(answer.value);
  });
  const end = (how: string) => {
    ended = how;
    for (const { reject } of waiting.values()) reject(failure(how));
    waiting.clear();
  };
  child.once('error', (error) => end(error.message));
  const exited = once(child, 'exit').then(([code, signal]) => end(`ended (${signal ?? code})`));
  exited.catch(() => undefined);

  const ask = <T>(kind: string, about: unknown = null): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended !== undefined) return reject(failure(ended));
      const id = ++asked;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // Its end tells why; what cannot be asked any more is of no use.
      child.send({ id, kind, about }, (error) => error && child.kill('SIGKILL'));
    });

  return {
    ask,
    async cpuMs() {
      const { user, system } = await ask<NodeJS.CpuUsage>('cpu');
      return (user + system) / 1_000;
    },
    memory: () => ask<number>('memory'),
    async stop() {
      if (ended === undefined) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited.catch(() => undefined);
      clearTimeout(late);
    },
  };
}

/** Where the compiled programs of a run are. */
export interface Code {
  root: string;
  /** Node's options for a program, named as in `runArgs`. */
  nodeArgs(program: string): readonly string[];
}

/** Node's arguments that run this program, named by its path without extension, with the probe in it. */
export const runArgs = ({ nodeArgs, root }: Code, program: string): string[] => [
  ...nodeArgs(program),
  '--import',
  `file://${join(root, 'bench/process/probe.js')}`,
  join(root, `${program}.js`),
];
