/** What all benchmarks stand on: one NATS, one MongoDB, and the programs, each a process of its own. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { startNats } from '../../deploy/local/servers/nats.ts';
import { addresses, serviceEnvironments } from '../../deploy/local/stack/environment.ts';
import type { Ports } from '../../deploy/local/stack/ports.ts';
import { type Secrets, secretsOf } from '../../deploy/local/stack/secrets.ts';
import { until } from '../../test/until.ts';
import type { Sizes } from '../measure/path.ts';
import { type Code, type Program, runArgs, startProgram } from './program.ts';

export type ServiceName = 'gateway' | 'ingest' | 'ticketing';

export interface Service extends Program {
  /** Where it is asked; ticketing has none. */
  port: number;
}

export interface Stage {
  sizes: Sizes;
  secrets: Secrets;
  /** Where the programs are. */
  code: Code;
  nats: string;
  /** The URI of a database that nobody used before. */
  database(): string;
  /** What a service is told by its environment, on this database; any free ports, no mail server. */
  environment(name: ServiceName, database: string): Promise<Record<string, string>>;
  /** Starts a service as operators do, on this database, and waits until it is ready. */
  service(name: ServiceName, database: string, change?: Record<string, string>): Promise<Service>;
  /** Starts a NATS of one's own, for services that must not meet those of other paths. @returns its URL */
  bus(): Promise<string>;
  /** Starts a program of `bench/`, `limits/ingest` for one. */
  program(script: string, env: Record<string, string>): Promise<Program>;
  /** What several paths share: made for the first of them, there until the stage closes. */
  once<T>(what: string, make: () => Promise<T>): Promise<T>;
  /** Ends with the stage, before the programs do. */
  atEnd(end: () => Promise<void>): void;
  /** Ends what was started, newest first. */
  close(): Promise<void>;
}

export interface StageOptions {
  /** For secrets and logs. */
  dir: string;
  sizes: Sizes;
  code: Code;
  nats: string;
  mongodb: string;
}

const PORTS = ['gateway', 'ingest', 'simulator', 'mail', 'smtp', 'gatewayOps', 'ingestOps', 'ticketingOps'] as const;

export async function openStage({ dir, sizes, code, nats, mongodb }: StageOptions): Promise<Stage> {
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  const secrets = secretsOf(dir);
  const started: Program[] = [];
  const ends: (() => Promise<void>)[] = [];
  const servers: { stop(): Promise<void> }[] = [];
  const shared = new Map<string, Promise<unknown>>();

  const start = (name: string, script: string, env: Record<string, string>): Program => {
    const program = startProgram(name, {
      args: runArgs(code, script),
      cwd: code.root,
      env,
      logFile: join(logs, `${name.replaceAll('/', '-')}.log`),
    });
    started.push(program);
    return program;
  };

  const wired = async (name: ServiceName, database: string) => {
    const free = await Promise.all(PORTS.map(async (port) => [port, await freePort()] as const));
    const ports = { ...Object.fromEntries(free), nats: 0, mongodb: 0 } as Ports;
    const given = { HOST: '127.0.0.1' };
    const all = serviceEnvironments({ ports, secrets, nats, mongodb: database }, '', given)[name];
    const { SMTP_CA: _none, ...env } = all as Record<string, string>;
    return { env, ports };
  };

  return {
    sizes,
    secrets,
    code,
    nats,
    database() {
      const url = new URL(mongodb);
      url.pathname = `/bench_${randomBytes(6).toString('hex')}`;
      return url.href;
    },
    environment: async (name, database) => (await wired(name, database)).env,
    async service(name, database, change = {}) {
      const { env, ports } = await wired(name, database);
      const program = start(name, `services/${name}/main`, { ...env, ...change });
      const url = `${addresses(ports).ops[name]}/readyz`;
      await until(
        async () => {
          // Fails as soon as the process has ended, instead of waiting for it.
          await program.cpuMs();
          return fetch(url).then(
            ({ status }) => status,
            () => 0,
          );
        },
        (status) => status === 200,
        `${name} is ready`,
        60_000,
        10,
      );
      return { ...program, port: name === 'ticketing' ? 0 : ports[name] };
    },
    async bus() {
      const server = await startNats({ dir: join(dir, `nats-${randomBytes(3).toString('hex')}`), ignoreEnv: true });
      servers.push(server);
      return server.url;
    },
    async program(script, env) {
      const program = start(script, `bench/${script}`, env);
      await program.ask('ready');
      return program;
    },
    once<T>(what: string, make: () => Promise<T>) {
      const found = (shared.get(what) as Promise<T> | undefined) ?? make();
      shared.set(what, found);
      return found;
    },
    atEnd: (end) => void ends.push(end),
    async close() {
      for (const end of ends) await end();
      for (const program of started.reverse()) await program.stop();
      for (const server of servers) await server.stop();
    },
  };
}
