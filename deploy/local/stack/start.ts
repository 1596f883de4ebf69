/** The whole system on this machine: NATS, MongoDB, Razorpay's simulator, the mail catcher and the three services. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Locked, takeLock } from '../children/lock.ts';
import { endStale } from '../children/stale.ts';
import { startMongo } from '../servers/mongo.ts';
import { startNats } from '../servers/nats.ts';
import {
  ADMIN,
  addresses,
  mailEnvironment,
  SMTP_USERNAME,
  serviceEnvironments,
  simulatorEnvironment,
} from './environment.ts';
import { untilFirstAdmin } from './first-admin.ts';
import { type ProcessName, removeInfo, type StackInfo, writeInfo } from './info.ts';
import type { Kept } from './keep-running.ts';
import { openLogFiles } from './log-files.ts';
import { entry, type LogEntry } from './log-lines.ts';
import { endLeftovers, keepScript, keepServer, type ScriptName, type Surroundings } from './parts.ts';
import { settledPorts, wantedPorts } from './ports.ts';
import { untilReady, untilWritten } from './readiness.ts';
import { secretsOf } from './secrets.ts';

export interface StackOptions {
  /** Data, logs and secrets; made if absent. What is where stands in `<dir>.json` while the stack is up. */
  readonly dir: string;
  /** Ports and settings; the process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Start servers of its own although the environment names some. */
  readonly ownServers?: boolean;
  /** What the folder holds from earlier goes first. */
  readonly fresh?: boolean;
  /** Hears all that the processes and the stack say. */
  readonly report?: (said: LogEntry) => void;
  /** Ends a start that is on its way. */
  readonly signal?: AbortSignal;
}

export interface RunningStack {
  /** As in the file, with the pids of the moment. */
  readonly info: StackInfo;
  /** What NATS and MongoDB are, one line each. */
  readonly servers: readonly string[];
  readonly logs: string;
  /** Everything in order, at most about 12 s. */
  stop(): Promise<void>;
}

/** Another stack has this data folder. */
export class StackInUse extends Error {
  override readonly name = 'StackInUse';
}

const READY_WITHIN_MS = 90_000;
/** Services drain within 10 s; whoever needs longer is killed. */
const STOP_WITHIN_MS = 10_500;
const LEAST_GRACE_MS = 500;
/** Whoever takes work in goes first, whoever is needed by others last. */
const STOP_ORDER: readonly ProcessName[][] = [
  ['gateway', 'ingest'],
  ['ticketing'],
  ['simulator', 'mail'],
  ['nats', 'mongodb'],
];

function lock(dir: string) {
  try {
    return takeLock(join(dir, 'lock'));
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
    const shown = relative(process.cwd(), dir) || dir;
    throw new StackInUse(
      `A stack is up in ${shown} already (process ${error.holder}; what is where: ${shown}.json). Stop it, or start another beside it:\n` +
        `  STACK_DIR=${shown}-2 GATEWAY_PORT=0 INGEST_PORT=0 SIMULATOR_PORT=0 MAIL_PORT=0 SMTP_PORT=0 ` +
        'GATEWAY_OPS_PORT=0 INGEST_OPS_PORT=0 TICKETING_OPS_PORT=0 make stack',
      { cause: error },
    );
  }
}

/**
 * Starts everything, waits until all are ready and writes `<dir>.json`.
 * @throws StackInUse, PortsUnusable, NotReady, NoServerFound and what else the servers throw
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { dir, env: given = process.env, ownServers = false, fresh = false, report = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  mkdirSync(dir, { recursive: true });
  const infoFile = `${dir}.json`;
  const held = lock(dir);
  // One that a killed stack left behind would send people to nobody.
  removeInfo(infoFile);
  if (fresh) await emptied(dir);
  const logs = join(dir, 'logs');
  const files = openLogFiles(logs);
  const kept = new Map<ProcessName, Kept>();
  const pids: Partial<Record<ProcessName, number>> = {};
  let info: StackInfo | null = null;

  const around: Surroundings = {
    dir,
    given,
    files,
    report,
    onPid(name, pid) {
      if (pid === null) return;
      pids[name] = pid;
      if (info !== null) writeInfo(infoFile, info);
    },
  };

  async function stop(): Promise<void> {
    removeInfo(infoFile);
    info = null;
    const deadline = Date.now() + STOP_WITHIN_MS;
    for (const group of STOP_ORDER) {
      const graceMs = Math.max(LEAST_GRACE_MS, deadline - Date.now());
      await Promise.all(group.map((name) => kept.get(name)?.stop(graceMs)));
    }
    await files.close();
    held.release();
  }

  const keep = async (name: ProcessName, starting: Promise<Kept>) => void kept.set(name, await starting);
  const script = (name: ScriptName, env: NodeJS.ProcessEnv) => keep(name, keepScript(name, env, around));
  const ready = (name: ScriptName, url: string) =>
    untilReady(
      {
        name,
        url,
        deaths: () => kept.get(name)?.deaths() ?? 0,
        lastLines: () => files.lastLines(name),
        logFile: files.fileOf(name),
      },
      READY_WITHIN_MS,
      signal,
    );

  const server = async (name: 'nats' | 'mongodb', start: typeof startNats, port: number) => {
    const say = (line: string) => report(entry('stack', 'info', line));
    const where = { dir: join(dir, name), port, env: given, ignoreEnv: ownServers, report: say };
    const started = await keepServer(name, start, where, around);
    kept.set(name, started.kept);
    return started;
  };

  async function start(): Promise<RunningStack> {
    await endLeftovers(around);
    const wanted = await wantedPorts(given);
    const secrets = secretsOf(dir);
    const [nats, mongodb] = await allOrNone([
      server('nats', startNats, wanted.nats),
      server('mongodb', startMongo, wanted.mongodb),
    ]);
    signal.throwIfAborted();
    const ports = await settledPorts(wanted);
    const wiring = { ports, secrets, nats: nats.url, mongodb: mongodb.url };
    const at = addresses(ports);

    const caFile = join(dir, 'mail', 'ca.pem');
    // An earlier run's must not be taken for this one's.
    rmSync(caFile, { force: true });
    await allOrNone([
      script('simulator', simulatorEnvironment(wiring, join(dir, 'razorpay.jsonl'))),
      script('mail', mailEnvironment(wiring, join(dir, 'mail'), caFile)),
    ]);
    await Promise.all([ready('simulator', `${at.razorpay}/healthz`), ready('mail', `${at.mail}/healthz`)]);
    const ca = await untilWritten(caFile, READY_WITHIN_MS, signal);

    const environments = serviceEnvironments(wiring, ca, given);
    const services = ['gateway', 'ingest', 'ticketing'] as const;
    await allOrNone(services.map((name) => script(name, environments[name])));
    await Promise.all(services.map((name) => ready(name, `${at.ops[name]}/readyz`)));
    await untilFirstAdmin(mongodb.url, READY_WITHIN_MS, signal);

    const { smtpPassword, razorpayKeyId, razorpayKeySecret, webhookSecret, adminPassword, ticketPublicKey } = secrets;
    info = {
      ...at,
      webhookSecret,
      razorpayKey: { id: razorpayKeyId, secret: razorpayKeySecret },
      smtp: { host: 'localhost', port: ports.smtp, username: SMTP_USERNAME, password: smtpPassword, ca },
      mongodb: mongodb.url,
      nats: nats.url,
      admin: { username: ADMIN, password: adminPassword },
      ticketPublicKey,
      pids,
    };
    writeInfo(infoFile, info);
    return { info, servers: [nats.source, mongodb.source], logs, stop };
  }

  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Empties a data folder that is ours; servers that outlived their run end first. */
async function emptied(dir: string): Promise<void> {
  const names = readdirSync(dir);
  const pidFiles = names.map((name) => join(dir, ...(name.endsWith('.pid') ? [name] : [name, 'server.pid'])));
  await Promise.all(pidFiles.map((file) => endStale(file)));
  for (const name of names) if (name !== 'lock') rmSync(join(dir, name), { recursive: true, force: true });
}

/** As Promise.all, but what was begun has ended when it rejects, so that a stop finds all that was started. */
async function allOrNone<const T extends readonly Promise<unknown>[]>(
  tasks: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const ended = await Promise.allSettled(tasks);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return ended.map((one) => (one as PromiseFulfilledResult<unknown>).value) as never;
}
