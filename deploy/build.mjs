// Makes a program of each service, below dist/: one file with all of our own that it imports, since hundreds of small ones
// take longer to load. What is no TypeScript (mail templates, pages) goes beside it. build.mjs FOLDER [PROGRAM...] makes
// these or others elsewhere, and leaves looking at types to `make check`.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [folder, ...named] = process.argv.slice(2);
const services = ['gateway', 'ingest', 'ticketing'].map((name) => `services/${name}/main.ts`);
const programs = named.length > 0 ? named : services;
const dist = resolve(root, folder ?? 'dist');
const forTests = ['test', 'testing', 'fixtures'];

if (!folder) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** A file finds what lies beside it from where it was, not from the program that it became a part of. */
const ownPlaces = (program) => ({
  name: 'own-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(relative(dirname(join(root, program)), path));
      const text = readFileSync(path, 'utf8');
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
    }),
});

rmSync(dist, { recursive: true, force: true });
for (const program of programs)
  await build({
    entryPoints: [join(root, program)],
    outfile: join(dist, program.replace(/\.ts$/, '.js')),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Errors are told apart in the log by the names of their classes.
    keepNames: true,
    sourcemap: true,
    plugins: [ownPlaces(program)],
    logLevel: 'warning',
  });

for (const part of ['services', 'shared'])
  cpSync(join(root, part), join(dist, part), {
    recursive: true,
    filter: (source) =>
      statSync(source).isDirectory() ? !forTests.includes(basename(source)) : !source.endsWith('.ts'),
  });
