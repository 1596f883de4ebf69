/** Ingest beside its limit, with the same webhooks for both. */
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { type Asked, type Load, openLoad } from '../load/http.ts';
import type { Contest, Sizes } from '../measure/path.ts';
import { percentiles } from '../measure/statistics.ts';
import type { Stage } from '../process/stage.ts';
import { served } from './served.ts';

export const CONNECTIONS = 64;

const servers = (stage: Stage) =>
  stage.once('webhooks', async () => {
    // Nobody answers for Razorpay, and no sweep asks.
    const ingest = await stage.service('ingest', stage.database(), { SWEEP_INTERVAL: '24h' });
    const port = await freePort();
    const env = { NATS_URL: stage.nats, SECRET: stage.secrets.webhookSecret, PORT: String(port) };
    return { ingest, limit: await stage.program('limits/ingest', env), port };
  });

/** @param request the nth of a slice */
export async function openWebhooks(stage: Stage, request: (nth: number) => Asked): Promise<Contest> {
  const { ingest, limit, port } = await servers(stage);
  const loads = [openLoad(ingest.port, CONNECTIONS), openLoad(port, CONNECTIONS)] as const;
  return {
    ours: served(ingest, loads[0], request),
    limit: served(limit, loads[1], request),
    // As many connections, so that none of them is what a webhook waits for.
    more: async (perSecond) => ({ half_load_p99_ms: await steady(loads[0], request, perSecond / 2, stage.sizes) }),
    async close() {
      for (const load of loads) load.close();
    },
  };
}

/** The latency that 1 in 100 of a steady load exceeds, ms. */
async function steady(load: Load, request: (nth: number) => Asked, perSecond: number, { steadyMs }: Sizes) {
  const count = Math.max(CONNECTIONS, Math.round((perSecond * steadyMs) / 1_000));
  const requests = Array.from({ length: count }, (_, nth) => request(nth));
  return percentiles((await load.runAt(requests, perSecond)).latencies).p99;
}
