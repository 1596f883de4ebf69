/** Ingest beside its limit, with the same webhooks for both. */
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { type Asked, type Load, openLoad } from '../load/http.ts';
import type { Contest, Side } from '../measure/path.ts';
import type { Program } from '../process/program.ts';
import type { Stage } from '../process/stage.ts';

export const CONNECTIONS = 64;

/** A server that is asked: what it is asked is made before the clock runs. */
export const served = (program: Program, load: Load, request: (nth: number) => Asked): Side => ({
  run: (operations) => load.run(Array.from({ length: operations }, (_, nth) => request(nth))),
  cpuMs: program.cpuMs,
});

/** @param request the nth of a slice */
export async function openWebhooks(stage: Stage, request: (nth: number) => Asked): Promise<Contest> {
  // Nobody answers for Razorpay, and no sweep asks.
  const ingest = await stage.service('ingest', stage.database(), { SWEEP_INTERVAL: '24h' });
  const port = await freePort();
  const env = { NATS_URL: stage.nats, SECRET: stage.secrets.webhookSecret, PORT: String(port) };
  const limit = await stage.program('limits/ingest', env);
  const loads = [openLoad(ingest.port, CONNECTIONS), openLoad(port, CONNECTIONS)] as const;
  return {
    ours: served(ingest, loads[0], request),
    limit: served(limit, loads[1], request),
    async close() {
      for (const load of loads) load.close();
      await Promise.all([ingest.stop(), limit.stop()]);
    },
  };
}
