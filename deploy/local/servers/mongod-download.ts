import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnChild } from '../children/child.ts';
import { InstallFailed } from './errors.ts';
import { isExecutable, outputOf } from './executable.ts';
import { installOnce } from './install-once.ts';
import { cacheDir } from './local-dir.ts';

const script = fileURLToPath(new URL('./download-mongod.mjs', import.meta.url));
const stalledAfterMs = 8_000;
const triedAgainAfterMs = 24 * 3_600_000;

/**
 * A mongod downloaded through mongodb-memory-server-core; found in the cache from the second time on.
 * @throws InstallFailed; after a failure for a day at once, so that an offline machine starts quickly.
 */
export async function downloadedMongod(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<{ command: string; cached: boolean }> {
  const folder = cacheDir('mongod', env);
  const command = join(folder, 'mongod');
  if (isExecutable(command)) return { command, cached: true };
  const failed = `${folder}.failed`;
  refuseAfterFailure(failed);
  await installOnce(folder, report, async (temporary) => {
    refuseAfterFailure(failed); // that of another process, which we waited for
    try {
      await download(temporary, env, report);
    } catch (error) {
      if (error instanceof InstallFailed) writeFileSync(failed, `${error.message}\n`);
      throw error;
    }
  });
  rmSync(failed, { force: true });
  return { command, cached: false };
}

function refuseAfterFailure(failed: string): void {
  const since = statSync(failed, { throwIfNoEntry: false })?.mtimeMs;
  if (since === undefined || Date.now() - since > triedAgainAfterMs) return;
  throw new InstallFailed(`no mongod could be downloaded within the last day (remove ${failed} to try again now)`);
}

async function download(folder: string, env: NodeJS.ProcessEnv, report: (line: string) => void): Promise<void> {
  report('downloading mongod…');
  const said: string[] = [];
  const child = await spawnChild({
    name: 'mongod download',
    command: process.execPath,
    args: [script, folder],
    // 1 is a single attempt; with 0 the library makes none. A system binary was looked for before.
    env: { ...env, MONGOMS_MAX_RETRIES: '1', MONGOMS_PREFER_GLOBAL_PATH: 'false', MONGOMS_SYSTEM_BINARY: '' },
    onLine: (line) => said.push(line),
  });
  const watch = watchDownload(folder, () => child.kill(), report);
  await child.exited;
  const stalled = watch.stop();
  const [found, failed] = [wordsAfter('found', said), wordsAfter('failed', said)];
  if (found === undefined) {
    const reason = stalled ? 'the download host does not answer' : (failed ?? said.at(-1) ?? 'no reason given');
    throw new InstallFailed(`mongod cannot be downloaded: ${reason}`);
  }
  if ((await outputOf(found, ['--version'], env)) === null)
    throw new InstallFailed('the downloaded mongod does not run');
  renameSync(found, join(folder, 'mongod'));
}

/** Watches a download by the bytes that arrive, and ends it when none do; stop() says whether that was needed. */
function watchDownload(folder: string, end: () => Promise<void>, report: (line: string) => void) {
  let [bytes, since, ended] = [0, Date.now(), false];
  const timer = setInterval(() => {
    const now = readdirSync(folder).reduce((sum, file) => sum + sizeOf(join(folder, file)), 0);
    if (now !== bytes) {
      [bytes, since] = [now, Date.now()];
      report(`downloading mongod… ${Math.round(bytes / 1e6)} MB`);
    } else if (Date.now() - since > stalledAfterMs) {
      ended = true;
      void end();
    }
  }, 1_000);
  const stop = () => {
    clearInterval(timer);
    return ended;
  };
  return { stop };
}

function wordsAfter(mark: string, lines: readonly string[]): string | undefined {
  return lines.find((line) => line.startsWith(`${mark} `))?.slice(mark.length + 1);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
