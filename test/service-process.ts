/** A service as operators start it: a process with nothing but its environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testFolder } from './servers.ts';
import { until } from './until.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A folder to build programs in: beside the packages, as in the image. */
export async function programFolder(): Promise<string> {
  const folder = await testFolder();
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

export interface Running {
  child: ChildProcess;
  /** Parsed log lines so far. */
  lines: Record<string, unknown>[];
  errors(): string;
  exit: Promise<number | null>;
}

/** `nodeArgs` and a channel for messages (`stdio`) are for tests that look inside. */
export function startService(
  service: string,
  env: Record<string, string>,
  { nodeArgs = [], channel = false }: { nodeArgs?: string[]; channel?: boolean } = {},
): Running {
  const child = spawn(process.execPath, [...nodeArgs, '--import', 'tsx', `services/${service}/main.ts`], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
  });
  return follow(child);
}

export function follow(child: ChildProcess): Running {
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.startsWith('{')) lines.push(JSON.parse(part));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return { child, lines, errors: () => errors, exit: once(child, 'exit').then(([code]) => code as number | null) };
}

/** Waits until it says on which ports it listens. */
export const listening = async ({ lines, errors }: Running) =>
  (await until(
    () => lines.find(({ msg }) => String(msg).endsWith(': listening')) ?? null,
    (line) => line !== null,
    `listening (${errors()})`,
    60_000,
  )) as { port?: number; ops_port: number };
