// Compiles the services into dist/ and puts what is no TypeScript (mail templates, pages) beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const forTests = ['test', 'testing', 'fixtures'];

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const folder of ['services', 'shared'])
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (source) =>
      statSync(source).isDirectory() ? !forTests.includes(basename(source)) : !source.endsWith('.ts'),
  });
