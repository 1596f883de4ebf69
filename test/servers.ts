/**
 * Real servers for tests: one NATS and one MongoDB for the whole run, started when first asked for, ended after the last
 * test, unless a larger run (test/run) brings its own. A suite gets a database of its own; one that stops or empties the bus starts a private NATS.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '../deploy/local/servers/mongo.ts';
import { startNats } from '../deploy/local/servers/nats.ts';
import type { RunningServer } from '../deploy/local/servers/running-server.ts';

export interface TestServers {
  natsUrl: string;
  /** The URI of a fresh database. */
  mongoUri(): string;
}

const folders: string[] = [];
const servers: RunningServer[] = [];

/** A new folder, gone after the run. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'qrflow-test-'));
  folders.push(folder);
  return folder;
}

/** A NATS of this suite's own, also to be killed: `port` and `dir` allow a restart on the same data. */
export async function startPrivateNats(
  options: { dir?: string; port?: number } = {},
): Promise<RunningServer & { dir: string }> {
  const dir = options.dir ?? (await testFolder());
  const server = await startNats({ dir, ignoreEnv: true, ...(options.port !== undefined && { port: options.port }) });
  servers.push(server);
  return { ...server, dir };
}

/** A MongoDB of this suite's own, likewise. */
export async function startPrivateMongo(
  options: { dir?: string; port?: number } = {},
): Promise<RunningServer & { dir: string }> {
  const dir = options.dir ?? (await testFolder());
  const server = await startMongo({ dir, ignoreEnv: true, ...(options.port !== undefined && { port: options.port }) });
  servers.push(server);
  return { ...server, dir };
}

/** `uri` with another database. */
export function withDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.href;
}

async function startShared(): Promise<TestServers> {
  const { TEST_NATS_URL: natsUrl, TEST_MONGODB_URI: mongoUri, ...rest } = process.env;
  const env = { ...rest, ...(natsUrl && { NATS_URL: natsUrl }), ...(mongoUri && { MONGODB_URI: mongoUri }) };
  const [nats, mongo] = await Promise.all([
    startNats({ dir: await testFolder(), env }),
    startMongo({ dir: await testFolder(), env }),
  ]);
  servers.push(nats, mongo);
  return {
    natsUrl: nats.url,
    mongoUri: () => withDatabase(mongo.url, `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`),
  };
}

let shared: Promise<TestServers> | undefined;

/** The run's own servers. */
export function testServers(): Promise<TestServers> {
  shared ??= startShared();
  return shared;
}

after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});
