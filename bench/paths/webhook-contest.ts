/** Ingest beside its limit, with the same webhooks for both. */
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { type Asked, openLoad } from '../load/http.ts';
import type { Contest } from '../measure/path.ts';
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
    async close() {
      for (const load of loads) load.close();
    },
  };
}
