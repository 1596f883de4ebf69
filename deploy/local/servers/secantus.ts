// SecantusDB: a MongoDB-compatible server from PyPI, for demos and tests where no mongod can be had. Beta: never for
// production.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mongo } from 'mongoose';
import { InstallFailed } from './errors.ts';
import { isExecutable } from './executable.ts';
import { installOnce } from './install-once.ts';
import { cacheDir } from './local-dir.ts';
import { mongoUrl, pingMongo } from './mongo-ping.ts';
import { findPython, pipInstall } from './pip.ts';
import { type Launch, startServerProcess } from './server-process.ts';

export const secantusVersion = '0.7.0b3';

/** An installed SecantusDB: the interpreter, its packages, and an empty store that survives a kill. */
export interface Secantus {
  readonly python: string;
  readonly folder: string;
}

/**
 * SecantusDB from the cache, or installed there by pip.
 * @throws InstallFailed
 */
export async function installedSecantus(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<Secantus & { cached: boolean }> {
  const folder = cacheDir(`secantusdb-${secantusVersion}`, env);
  const cached = existsSync(folder) && isExecutable(pythonOf(folder));
  // Wheels fit one Python: when that one is gone they are of no use. The name is one that installOnce clears away.
  if (!cached && existsSync(folder)) renameSync(folder, `${folder}.part-${Date.now()}`);
  await installOnce(folder, report, async (temporary) => {
    const python = await findPython(env);
    if (python === null) throw new InstallFailed('no python3 on PATH');
    await pipInstall(`SecantusDB==${secantusVersion}`, join(temporary, 'packages'), env, report);
    writeFileSync(join(temporary, 'python'), python);
    report('preparing an empty store…');
    await prepareStore({ python, folder: temporary }, env);
  });
  return { python: pythonOf(folder), folder, cached };
}

/** How to start it on a data folder; a fresh one gets a copy of the prepared store. */
export function secantusLaunch(
  { python, folder }: Secantus,
  dir: string,
  port: number,
  env: NodeJS.ProcessEnv,
): Launch {
  const store = join(dir, 'secantus');
  const prepared = join(folder, 'store');
  if (!existsSync(store) && existsSync(prepared)) {
    rmSync(`${store}.part`, { recursive: true, force: true });
    cpSync(prepared, `${store}.part`, { recursive: true });
    renameSync(`${store}.part`, store);
  }
  // An empty configuration of our own: otherwise it takes any secantusd.toml it finds on the machine.
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'secantusd.toml');
  writeFileSync(config, '');
  const url = mongoUrl(port);
  return {
    command: python,
    args: [
      fileURLToPath(new URL('secantusd.py', import.meta.url)),
      ...['--config', config, '--host', '127.0.0.1', '--port', String(port), '--storage-path', store],
      ...['--standalone', '--sync-on-commit', '--cache-size', '256M', '--log-level', 'WARNING'],
    ],
    env: { ...env, PYTHONPATH: join(folder, 'packages'), PYTHONNOUSERSITE: '1' },
    url,
    ask: () => pingMongo(url),
  };
}

// A kill soon after a table's first write can leave a store that never opens again. Its tables are made on the first
// write to each shard: so all are made here, once, and the server is stopped in order.
async function prepareStore(secantus: Secantus, env: NodeJS.ProcessEnv): Promise<void> {
  const dir = join(secantus.folder, 'prepare');
  const server = await startServerProcess('SecantusDB', '', { dir }, async (port) =>
    secantusLaunch(secantus, dir, port, env),
  ).catch((cause: unknown) => {
    throw new InstallFailed(`SecantusDB does not run here: ${(cause as Error).message}`, { cause });
  });
  const client = await mongo.MongoClient.connect(server.url);
  try {
    const db = client.db('throwaway');
    for (let n = 0; n < 100; n += 1) {
      const collection = db.collection(`c${n}`);
      await collection.createIndex({ key: 1 }, { unique: true });
      await collection.insertOne({ key: n });
      await collection.updateOne({ key: n }, { $set: { key: -n } });
    }
    await db.dropDatabase();
  } finally {
    await client.close();
    await server.stop();
  }
  const { code } = await server.exited;
  if (code !== 0) throw new InstallFailed(`SecantusDB does not stop in order (exit code ${code})`);
  renameSync(join(dir, 'secantus'), join(secantus.folder, 'store'));
  rmSync(dir, { recursive: true });
}

function pythonOf(folder: string): string {
  const file = join(folder, 'python');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
