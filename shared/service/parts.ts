/** What every service is made of: log, metrics, store, bus and the ops port, opened together and closed in order. */
import { type Bus, openBus } from '../bus/index.ts';
import type { commonSettings } from '../config/common.ts';
import type { Config } from '../config/index.ts';
import { type Listening, listen } from '../http/listen.ts';
import { opsHandler } from '../http/ops.ts';
import { createLogger, type Logger } from '../log/index.ts';
import { createRegistry, type Registry } from '../metrics/index.ts';
import { measureReach, type Reached } from '../metrics/reach.ts';
import { openStore, type Store } from '../store/index.ts';

export interface Parts {
  name: string;
  log: Logger;
  registry: Registry;
  store: Store;
  bus: Bus;
  /** Resolves when the store answered and its indexes are there; says so while waiting. Rejects when closed meanwhile. */
  storeReady: Promise<void>;
  ready(): Promise<Reached>;
  serveOps(port: number): Promise<Listening>;
  close(): Promise<void>;
}

const RETRY_MS = 1_000;

export function openParts(
  name: string,
  config: Config<typeof commonSettings>,
  log: Logger = createLogger(name, config.LOG_LEVEL),
): Parts {
  const registry = createRegistry(name);
  const store = openStore({ uri: config.MONGODB_URI, log, name: `qrflow-${name}` });
  const bus = openBus({
    url: config.NATS_URL,
    name: `qrflow-${name}`,
    log,
    creds: config.NATS_CREDS,
    user: config.NATS_USER,
    password: config.NATS_PASSWORD,
    replicas: config.NATS_REPLICAS,
  });
  let closed = false;
  let prepared = false;

  const prepare = async () => {
    for (let told = false; !closed; ) {
      if (await store.ping()) {
        try {
          await store.prepare();
          prepared = true;
          return;
        } catch (error) {
          log.warn({ err: error }, 'store: cannot make the indexes, trying again');
        }
      } else if (!told) {
        told = true;
        log.warn('store: cannot be reached, waiting for it');
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    throw new Error('closed while waiting for the store');
  };
  const storeReady = prepare();
  storeReady.catch(() => undefined);

  const ready = async () => {
    const [pong, onBus] = await Promise.all([store.ping(), bus.ready()]);
    return { store: pong && prepared, bus: onBus };
  };
  measureReach(registry, ready);

  return {
    name,
    log,
    registry,
    store,
    bus,
    storeReady,
    ready,
    serveOps: (port) =>
      listen(opsHandler({ registry, ready, token: config.METRICS_TOKEN }), port, config.OPS_HOST, `${name} ops port`),
    async close() {
      closed = true;
      await bus.close();
      await store.close();
    },
  };
}
