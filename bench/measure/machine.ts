/** What absolute figures were measured on; on another machine they are others. */
import { cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  cpus: number;
  model: string;
  memoryGb: number;
  system: string;
  node: string;
  /** What NATS and MongoDB are. */
  servers: string[];
}

export const machine = (servers: readonly string[]): Machine => ({
  cpus: cpus().length,
  model: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  node: process.version,
  servers: [...servers],
});

export const machineLine = ({ cpus: count, model, memoryGb, system, node, servers }: Machine): string =>
  `${count} × ${model}, ${memoryGb} GB, ${system}, Node ${node}; ${servers.join('; ')}`;
