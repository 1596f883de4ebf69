/** The programs under test: compiled, as in production, or as they stand, for tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Code } from './process/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Good for trying out; a loader changes what a function costs. */
export const asTheyStand: Code = { root, nodeArgs: ['--import', 'tsx'], extension: 'ts' };

/** @throws Error when they do not compile */
export function compiled(folder: string): Code {
  const out = join(folder, 'programs');
  const { status } = spawnSync(process.execPath, [join(root, 'deploy/build.mjs'), 'bench/tsconfig.json', out], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the programs cannot be compiled');
  return { root: out, nodeArgs: ['--enable-source-maps'], extension: 'js' };
}
