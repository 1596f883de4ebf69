import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InstallFailed, NoServerFound } from './errors.ts';
import { findOnPath, isExecutable, outputOf } from './executable.ts';
import { downloadedMongod } from './mongod-download.ts';
import { installedSecantus, type Secantus, secantusVersion } from './secantus.ts';

/** Where MongoDB comes from: somebody's running server, a mongod for us to run, or SecantusDB in its place. */
export type MongoSource =
  | { readonly kind: 'external'; readonly url: string; readonly line: string }
  | { readonly kind: 'mongod'; readonly command: string; readonly line: string }
  | { readonly kind: 'secantus'; readonly secantus: Secantus; readonly line: string };

const choices = [
  'set MONGODB_URI to a MongoDB',
  'put mongod on PATH, or name one in MONGOMS_SYSTEM_BINARY',
  "let MongoDB's download host be reached (MONGOMS_DOWNLOAD_MIRROR names another): then a mongod is fetched from there",
  'make pip work (python3-pip with Python 3.10 or newer, and a way to PyPI): then SecantusDB is installed from there',
];

/**
 * Finds MongoDB: MONGODB_URI, mongod on PATH, mongodb-memory-server-core's (MONGOMS_SYSTEM_BINARY, cached, downloaded),
 * SecantusDB (cached, installed), in this order. A data folder stays with the kind of server that wrote it.
 * @param ignoreEnv MONGODB_URI comes last instead of first.
 * @throws NoServerFound naming each way and why it did not work.
 */
export async function findMongo(
  env: NodeJS.ProcessEnv,
  ignoreEnv: boolean,
  dir: string,
  report: (line: string) => void,
): Promise<MongoSource> {
  const named = env.MONGODB_URI;
  const line = `MongoDB: ${named?.replace(/\/\/[^@/]*@/, '//…@')} (MONGODB_URI)`;
  const external = named ? ({ kind: 'external', url: named, line } as const) : null;
  if (external !== null && !ignoreEnv) return external;
  const tried = [named ? 'MONGODB_URI is set, but a private server was asked for' : 'MONGODB_URI is not set'];
  const say = (what: string) => report(`MongoDB: ${what}`);

  const writtenByMongod = existsSync(join(dir, 'mongod'));
  if (existsSync(join(dir, 'secantus')) && !writtenByMongod) tried.push(`${dir} holds a store of SecantusDB`);
  else {
    const mongod = await findMongod(env, tried, say);
    if (mongod !== null) return mongod;
  }
  if (writtenByMongod) tried.push(`${dir} holds the data of a mongod, which SecantusDB cannot read`);
  else {
    const secantus = await findSecantus(env, tried, say);
    if (secantus !== null) return secantus;
  }
  if (external !== null) return external;
  throw new NoServerFound('MongoDB', tried, choices);
}

async function findMongod(
  env: NodeJS.ProcessEnv,
  tried: string[],
  say: (line: string) => void,
): Promise<MongoSource | null> {
  const onPath = findOnPath('mongod', env);
  if (onPath === null) tried.push('no mongod on PATH');
  const given = env.MONGOMS_SYSTEM_BINARY;
  if (given && !isExecutable(given)) tried.push(`MONGOMS_SYSTEM_BINARY names ${given}, which cannot be run`);
  const ways: [string | null | undefined, string][] = [
    [onPath, `on PATH (${onPath})`],
    [given && isExecutable(given) ? given : null, `at ${given} (MONGOMS_SYSTEM_BINARY)`],
  ];
  for (const [command, where] of ways) {
    if (!command) continue;
    const version = await mongodVersion(command, env);
    if (version !== null) return { kind: 'mongod', command, line: `MongoDB: mongod ${version} ${where}` };
    tried.push(`${command} does not tell its version`);
  }
  try {
    const { command, cached } = await downloadedMongod(env, say);
    const from = cached ? 'downloaded earlier' : 'just downloaded';
    return { kind: 'mongod', command, line: `MongoDB: mongod ${(await mongodVersion(command, env)) ?? '?'}, ${from}` };
  } catch (error) {
    if (!(error instanceof InstallFailed)) throw error;
    tried.push(error.message);
    return null;
  }
}

async function findSecantus(
  env: NodeJS.ProcessEnv,
  tried: string[],
  say: (line: string) => void,
): Promise<MongoSource | null> {
  try {
    const { cached, ...secantus } = await installedSecantus(env, say);
    const from = cached ? 'installed earlier' : 'just installed';
    const line = `MongoDB: SecantusDB ${secantusVersion} in place of a mongod, ${from} by pip (beta, not for production)`;
    return { kind: 'secantus', secantus, line };
  } catch (error) {
    if (!(error instanceof InstallFailed)) throw error;
    tried.push(error.message);
    return null;
  }
}

async function mongodVersion(command: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return /db version v?([\d.]+)/.exec((await outputOf(command, ['--version'], env)) ?? '')?.[1] ?? null;
}
