/** The programs under test, compiled as in production. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnChild } from '../deploy/local/children/child.ts';
import type { Code } from './process/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is measured, and what it is measured with. */
const programs = (): string[] => [
  ...['gateway', 'ingest', 'ticketing'].map((name) => `services/${name}/main.ts`),
  'bench/process/probe.ts',
  ...['bench/limits', 'bench/subjects'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** Node's options in production for `services/NAME/main`; for what only stands beside the services, those of the gateway. */
export function productionArgs(program: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const command = Object.values(scripts).find((one) => one.endsWith(` dist/${program}.js`)) ?? scripts['start:gateway'];
  return (command as string).split(' ').slice(1, -1);
}

/** @throws Error with the compiler's words, when they do not compile or `signal` ends it */
export async function compiled(folder: string, signal: AbortSignal): Promise<Code> {
  const out = join(folder, 'programs');
  const said: string[] = [];
  const compiler = await spawnChild({
    name: 'the compiler',
    command: process.execPath,
    args: [join(root, 'deploy/build.mjs'), out, ...programs()],
    cwd: root,
    onLine: (line) => void said.push(line),
  });
  const stop = () => void compiler.kill();
  signal.addEventListener('abort', stop, { once: true });
  const { code } = await compiler.exited;
  signal.removeEventListener('abort', stop);
  if (code !== 0) throw new Error(['the programs cannot be compiled', ...said].join('\n'));
  return { root: out, nodeArgs: productionArgs };
}
