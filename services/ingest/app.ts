/** Ingest: Razorpay's webhooks come in here, and here Razorpay is asked for what they missed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../shared/http/listen.ts';
import type { Logger } from '../../shared/log/index.ts';
import { openParts, type Parts } from '../../shared/service/parts.ts';
import { isUnreachable } from '../../shared/store/errors.ts';
import { bindMode, modeOf } from './binding.ts';
import type { IngestConfig } from './config.ts';
import { createIngestMetrics } from './metrics.ts';
import { createRazorpay } from './razorpay/client.ts';
import type { RetryPolicy } from './razorpay/retry.ts';
import type { SweepTools } from './sweep/run.ts';
import { type Scheduler, startScheduler } from './sweep/scheduler.ts';
import { answerRequests } from './sync/requests.ts';
import { createAccountGuard } from './webhook/account.ts';
import { createWebhookApp } from './webhook/app.ts';

export interface IngestOptions {
  parts?: Parts;
  /** How patiently Razorpay is asked. */
  retry?: RetryPolicy;
  /** Of each call to Razorpay, ms. */
  timeoutMs?: number;
  /** How long a webhook's body may take to arrive, ms. */
  readWithinMs?: number;
  /** How long nothing may arrive in the store before a sweep gives up, ms. */
  stuckAfterMs?: number;
  /** False: sweeps run on demand only. */
  schedule?: boolean;
  /** What to do about an error that ends the service. By default it ends the process. */
  fatal?: (error: unknown) => void;
}

export interface RunningIngest {
  port: number;
  opsPort: number;
  log: Logger;
  stop(): Promise<void>;
}

/** How long the door waits for the store to say whether it is of our mode, ms. */
const BIND_WITHIN_MS = 2_000;

/** Out of every promise chain, so that the process ends loudly. */
const endLoudly = (error: unknown) => {
  setImmediate(() => {
    throw error;
  });
};

/** Listens once the store said that it is of our mode, or after 2 s without it; what needs the store begins when it is there. */
export async function startIngest(config: IngestConfig, options: IngestOptions = {}): Promise<RunningIngest> {
  const parts = options.parts ?? openParts('ingest', config);
  const { log, store, bus, registry } = parts;
  const metrics = createIngestMetrics(registry);
  const account = createAccountGuard(store, log);
  const webhooks = createWebhookApp({
    secrets: config.RAZORPAY_WEBHOOK_SECRETS,
    bus,
    account,
    metrics,
    log,
    ...(options.readWithinMs !== undefined && { readWithinMs: options.readWithinMs }),
  });
  const razorpay = createRazorpay({
    keyId: config.RAZORPAY_KEY_ID,
    keySecret: config.RAZORPAY_KEY_SECRET,
    apiUrl: config.RAZORPAY_API_URL,
    metrics,
    ...(options.retry && { retry: options.retry }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  });
  const ops = await parts.serveOps(config.INGEST_OPS_PORT);
  // Where the store says at once that it is of another mode, no webhook is let in at all.
  await Promise.race([
    parts.storeReady.then(() => bindMode(store, modeOf(config.RAZORPAY_KEY_ID))),
    sleep(BIND_WITHIN_MS, undefined, { ref: false }),
  ]).catch(async (error: unknown) => {
    if (isUnreachable(error)) return;
    await parts.close();
    await ops.close(0);
    throw error;
  });
  const door = await listen(webhooks, config.INGEST_PORT, config.HOST, 'ingest');
  const tools: SweepTools = {
    store,
    bus,
    razorpay,
    metrics,
    log,
    windowMs: config.SWEEP_WINDOW,
    intervalMs: config.SWEEP_INTERVAL,
    firstFrom: config.SWEEP_FIRST_FROM,
    keyId: config.RAZORPAY_KEY_ID,
    stuckAfterMs: options.stuckAfterMs,
  };
  let bound = false;
  let stopping = false;
  let scheduler: Scheduler | undefined;
  const requests = answerRequests(tools, () => bound);

  const bind = async () => {
    await parts.storeReady;
    await bindMode(store, modeOf(config.RAZORPAY_KEY_ID));
    await account.load();
  };
  const begin = async () => {
    while (!bound && !stopping) {
      try {
        await bind();
        bound = true;
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        await sleep(1_000);
      }
    }
    if (!stopping && options.schedule !== false) scheduler = startScheduler(tools);
  };
  begin().catch((error: unknown) => {
    if (!stopping) (options.fatal ?? endLoudly)(error);
  });
  log.info({ port: door.port, ops_port: ops.port }, 'ingest: listening');

  return {
    port: door.port,
    opsPort: ops.port,
    log,
    async stop() {
      stopping = true;
      // First the work that speaks for itself in the store, then the door and what everything stands on.
      await Promise.all([scheduler?.stop(), requests.stop(), door.close()]);
      await parts.close();
      await ops.close(0);
    },
  };
}
