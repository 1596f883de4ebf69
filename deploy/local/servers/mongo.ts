import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServerUnreachable } from './errors.ts';
import { mongoUrl, pingMongo } from './mongo-ping.ts';
import { findMongo } from './mongo-source.ts';
import { externalServer, type RunningServer, type ServerOptions } from './running-server.ts';
import { secantusLaunch } from './secantus.ts';
import { type Launch, startServerProcess } from './server-process.ts';

/**
 * A MongoDB: the one that MONGODB_URI names, or a standalone one of our own in a data folder.
 * @throws NoServerFound, ServerUnreachable, FolderInUse, PortTaken, ServerNotReady
 */
export async function startMongo(options: ServerOptions): Promise<RunningServer> {
  const { dir, ignoreEnv = false, env = process.env, report = () => undefined } = options;
  const found = await findMongo(env, ignoreEnv, dir, report);
  if (found.kind === 'external') {
    await pingMongo(found.url).catch((cause: unknown) => {
      throw new ServerUnreachable(found.line, cause);
    });
    report(found.line);
    return externalServer(found.url, found.line);
  }
  const server = await startServerProcess('MongoDB', found.line, options, async (port) =>
    found.kind === 'secantus'
      ? secantusLaunch(found.secantus, dir, port, env)
      : mongodLaunch(found.command, dir, port, env),
  );
  report(found.line);
  return server;
}

function mongodLaunch(command: string, dir: string, port: number, env: NodeJS.ProcessEnv): Launch {
  const store = join(dir, 'mongod');
  mkdirSync(store, { recursive: true });
  const url = mongoUrl(port);
  const args = ['--dbpath', store, '--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket'];
  return {
    command,
    args: [...args, '--wiredTigerCacheSizeGB', '0.25'],
    env,
    url,
    ask: () => pingMongo(url),
  };
}
