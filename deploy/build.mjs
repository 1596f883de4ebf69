// Compiles the services into dist/ and puts what is no TypeScript (mail templates, pages) beside it. Another project and
// folder may be named: build.mjs [TSCONFIG FOLDER].
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [project = 'tsconfig.build.json', folder = 'dist'] = process.argv.slice(2);
const dist = resolve(root, folder);
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const forTests = ['test', 'testing', 'fixtures'];

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, project), '--outDir', dist], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

for (const part of ['services', 'shared'])
  cpSync(join(root, part), join(dist, part), {
    recursive: true,
    filter: (source) =>
      statSync(source).isDirectory() ? !forTests.includes(basename(source)) : !source.endsWith('.ts'),
  });
