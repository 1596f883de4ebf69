import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, ErrorCode } from 'nats';
import { ServerUnreachable } from './errors.ts';
import { freePort } from './free-port.ts';
import { findNats } from './nats-source.ts';
import { externalServer, type RunningServer, type ServerOptions } from './running-server.ts';
import { startServerProcess } from './server-process.ts';

/**
 * A real NATS server with JetStream: the one that NATS_URL names, or one of our own in a data folder.
 * @throws NoServerFound, ServerUnreachable, FolderInUse, PortTaken, ServerNotReady
 */
export async function startNats(options: ServerOptions): Promise<RunningServer> {
  const { dir, ignoreEnv = false, env = process.env, report = () => undefined } = options;
  const found = await findNats(env, ignoreEnv, report);
  if (found.kind === 'external') {
    await ping(found.url).catch((cause: unknown) => {
      throw new ServerUnreachable(found.line, cause);
    });
    report(found.line);
    return externalServer(found.url, found.line);
  }
  const server = await startServerProcess('NATS', found.line, options, async (port) => {
    const monitorPort = await freePort();
    mkdirSync(dir, { recursive: true });
    const config = join(dir, 'nats.conf');
    writeFileSync(config, natsConfig(port, monitorPort, dir));
    const url = `nats://127.0.0.1:${port}`;
    const ask = async () => {
      const health = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (!health.ok) throw new Error(`/healthz says ${health.status}`);
      await ping(url);
    };
    return { command: found.command, args: ['--config', config], url, ask };
  });
  report(found.line);
  return server;
}

// sync_interval: an acknowledged message is on disk, as the webhook's 200 promises; the default syncs every 2 minutes.
function natsConfig(port: number, monitorPort: number, storeDir: string): string {
  return `# Written anew at each start.
server_name: qrflow-local
listen: "127.0.0.1:${port}"
http: "127.0.0.1:${monitorPort}"
jetstream {
  store_dir: ${JSON.stringify(storeDir)}
  sync_interval: always
}
`;
}

async function ping(url: string): Promise<void> {
  const connection = await connect({ servers: url.split(','), reconnect: false, timeout: 3_000 }).catch((error) => {
    // It answers, and wants the credentials that the services have.
    if (error.code === ErrorCode.AuthorizationViolation) return null;
    throw error;
  });
  if (connection === null) return;
  try {
    await connection.flush();
  } finally {
    await connection.close();
  }
}
