/** The ports of the stack: from the environment, checked all at once before anything is started. */
import { freePort, PortTaken, requireFree } from '../servers/free-port.ts';

/** Variable and default of each port; 0 takes any free one. */
const VARIABLES = {
  gateway: ['GATEWAY_PORT', 8000],
  ingest: ['INGEST_PORT', 8001],
  simulator: ['SIMULATOR_PORT', 8090],
  mail: ['MAIL_PORT', 8025],
  smtp: ['SMTP_PORT', 2525],
  gatewayOps: ['GATEWAY_OPS_PORT', 9100],
  ingestOps: ['INGEST_OPS_PORT', 9101],
  ticketingOps: ['TICKETING_OPS_PORT', 9102],
  nats: ['NATS_PORT', 0],
  mongodb: ['MONGODB_PORT', 0],
} as const;

export type PortName = keyof typeof VARIABLES;
export type Ports = Record<PortName, number>;

const names = Object.keys(VARIABLES) as PortName[];

/** One or more ports cannot be used; the message names each variable and what helps. */
export class PortsUnusable extends Error {
  override readonly name = 'PortsUnusable';
  constructor(faults: readonly string[]) {
    const remedy =
      'Stop what has them, or choose others; 0 takes any free one. For instance: ' +
      `${faults.map((fault) => `${fault.split(':')[0]}=0`).join(' ')} make stack`;
    super(`These ports cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\n${remedy}`);
  }
}

/** `env` in which every port is any free one, for a stack beside others. */
export const anyPorts = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.values(VARIABLES).map(([variable]) => [variable, '0']));

/**
 * Reads the wanted ports and checks that each is free; 0 stays 0.
 * @throws PortsUnusable naming every fault
 */
export async function wantedPorts(env: NodeJS.ProcessEnv): Promise<Ports> {
  const faults: string[] = [];
  const ports = {} as Ports;
  const takenBy = new Map<number, string>();
  for (const name of names) {
    const [variable, fallback] = VARIABLES[name];
    const text = env[variable] || String(fallback);
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    const twin = takenBy.get(port);
    if (!(port <= 65_535)) faults.push(`${variable}: "${text}" is no port (0 to 65535)`);
    else if (port !== 0 && twin !== undefined) faults.push(`${variable}: ${port} is the port of ${twin} already`);
    else if (port !== 0 && !(await isFree(variable, port))) faults.push(`${variable}: port ${port} is taken`);
    ports[name] = port;
    if (port !== 0) takenBy.set(port, variable);
  }
  if (faults.length > 0) throw new PortsUnusable(faults);
  return ports;
}

async function isFree(variable: string, port: number): Promise<boolean> {
  try {
    await requireFree(variable, port);
    return true;
  } catch (error) {
    if (error instanceof PortTaken) return false;
    // A port below 1024 needs rights that we may not have: as good as taken.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

/** Puts a free port, each another one, in the place of each 0: a process that is restarted comes back on its port. */
export async function settledPorts(wanted: Ports): Promise<Ports> {
  const ports = { ...wanted };
  const used = new Set(Object.values(wanted));
  for (const name of names) {
    while (ports[name] === 0) {
      const port = await freePort();
      if (used.has(port)) continue;
      used.add(port);
      ports[name] = port;
    }
  }
  return ports;
}
