/**
 * The process that dies: a service as it is, its store and bus watched. It waits, loaded, for the order to start, so that
 * the next victim is there as soon as the last one has died.
 */

import { startIngest } from '../../services/ingest/app.ts';
import { loadIngestConfig } from '../../services/ingest/config.ts';
import { startTicketing } from '../../services/ticketing/app.ts';
import { loadTicketingConfig } from '../../services/ticketing/config.ts';
import type { Bus } from '../../shared/bus/index.ts';
import { openParts } from '../../shared/service/parts.ts';
import { failurePoints, type Point } from './failure-points.ts';

export type VictimName = 'ingest' | 'ticketing';

/** What a victim is told; it answers each with a `Reply`. */
export type Order =
  | { start: VictimName; env: Record<string, string>; arm: Point | null }
  | { arm: Point | null }
  | { steps: true };

export interface Reply {
  /** Steps since arming. */
  steps: string[];
  /** The collections of the writes that went through the seam, and of the write commands that the driver sent. */
  writes: string[];
  commands: string[];
}

const COMMANDS = ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite'];

const points = failurePoints();
const commands: string[] = [];

async function start(name: VictimName, env: Record<string, string>): Promise<void> {
  const config = name === 'ingest' ? loadIngestConfig(env) : loadTicketingConfig(env);
  const parts = openParts(name, config);
  points.watchStore(parts.store);
  parts.store.connection.getClient().on('commandStarted', ({ commandName, command }) => {
    if (COMMANDS.includes(commandName)) commands.push(String(command[commandName]));
  });
  const watched = { ...parts, bus: points.watchBus(parts.bus) satisfies Bus };
  if (name === 'ingest')
    await startIngest(loadIngestConfig(env), { parts: watched, retry: { tries: 3, baseMs: 20, maxMs: 200 } });
  else await startTicketing(loadTicketingConfig(env), watched);
  await parts.storeReady;
}

async function follow(order: Order): Promise<void> {
  if ('arm' in order) points.arm(order.arm);
  if ('start' in order) await start(order.start, order.env);
  const reply: Reply = { steps: points.steps(), writes: points.writes(), commands };
  process.send?.(reply);
}

process.on('message', (order: Order) => {
  follow(order).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
});
// Nobody is left to die for.
process.on('disconnect', () => process.exit());
