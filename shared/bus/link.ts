/**
 * The connection to NATS: opened in the background, kept for ever. While it is away everything fails at once: the client
 * itself would let a publish wait its whole time-out and not send it later.
 */
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  Events,
  headers,
  type JetStreamClient,
  type JetStreamManager,
  type MsgHdrs,
  type NatsConnection,
} from 'nats';
import type { Logger } from '../log/index.ts';
import { BusUnavailable } from './errors.ts';

export interface LinkOptions {
  url: string;
  /** The service's name, as the server's operator sees it. */
  name: string;
  log: Logger;
  creds?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
}

export interface Online {
  connection: NatsConnection;
  jetStream: JetStreamClient;
  manager: JetStreamManager;
}

export interface Link {
  /** Connected right now. */
  up(): boolean;
  /** @throws BusUnavailable at once while not connected */
  online(): Online;
  close(): Promise<void>;
}

/** Razorpay gives a webhook 5 s and we promise an answer within 2. */
export const PUBLISH_TIMEOUT_MS = 1_500;
/** All of a publish, the making of a stream included, ms. */
export const PUBLISH_WITHIN_MS = PUBLISH_TIMEOUT_MS + 100;
/** A server that hangs counts as connected for half a minute; nobody who asks waits so long to hear of it, ms. */
export const ANSWERS_WITHIN_MS = 1_500;
const MANAGE_TIMEOUT_MS = 5_000;
const DRAIN_MS = 3_000;
export const RETRY_MS = 1_000;

const CORRELATION = 'X-Correlation-Id';
export const tagged = (correlationId: string): MsgHdrs => {
  const tags = headers();
  tags.set(CORRELATION, correlationId);
  return tags;
};
export const correlationOf = (tags: MsgHdrs | undefined): string | null => tags?.get(CORRELATION) || null;

const connectionOptions = (options: LinkOptions): ConnectionOptions => ({
  servers: options.url.split(',').map((one) => one.trim()),
  name: options.name,
  // A prefix of its own, so that the server can keep each service to its own replies (deploy/nats/nats.conf).
  inboxPrefix: `_INBOX.${options.name}`,
  // A stack trace for every call costs more than the call.
  noAsyncTraces: true,
  // The default gives up for good after ten.
  maxReconnectAttempts: -1,
  reconnectTimeWait: 500,
  pingInterval: 10_000,
  timeout: 5_000,
  ...(options.creds !== undefined && {
    authenticator: credsAuthenticator(new TextEncoder().encode(options.creds.replaceAll('\\n', '\n'))),
  }),
  ...(options.user !== undefined && { user: options.user }),
  ...(options.password !== undefined && { pass: options.password }),
});

/** `onOpen` runs on each new connection, before it counts as up. */
export function openLink(options: LinkOptions, onOpen: (connection: NatsConnection) => Promise<void>): Link {
  const { log } = options;
  let current: Online | undefined;
  let connected = false;
  let closed = false;

  async function watch(connection: NatsConnection) {
    for await (const { type } of connection.status()) {
      if (type === Events.Disconnect) {
        connected = false;
        log.warn('bus: disconnected');
      } else if (type === Events.Reconnect) {
        connected = true;
        log.info('bus: reconnected');
      }
    }
  }

  async function openOnce() {
    const connection = await connect(connectionOptions(options));
    if (closed) return await connection.close();
    const jetStream = connection.jetstream({ timeout: PUBLISH_TIMEOUT_MS });
    const manager = await connection.jetstreamManager({ timeout: MANAGE_TIMEOUT_MS, checkAPI: false });
    current = { connection, jetStream, manager };
    watch(connection).catch((error: unknown) => log.error({ err: error }, 'bus: status watch ended'));
    await onOpen(connection);
    connected = true;
    log.info('bus: connected');
    const error = await connection.closed();
    connected = false;
    if (!closed) log.warn({ err: error }, 'bus: connection closed, opening a new one');
  }

  async function keepOpen() {
    while (!closed) {
      try {
        await openOnce();
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'bus: cannot connect, trying again');
        await current?.connection.close().catch(() => undefined);
        await pause(RETRY_MS);
      }
    }
  }
  const keeping = keepOpen();

  return {
    up: () => connected,
    online() {
      if (!connected || !current) throw new BusUnavailable('the bus is not connected');
      return current;
    },
    async close() {
      closed = true;
      connected = false;
      const connection = current?.connection;
      if (connection && !connection.isClosed()) await atMost(DRAIN_MS, connection.drain());
      if (connection && !connection.isClosed()) await connection.close();
      await atMost(RETRY_MS + MANAGE_TIMEOUT_MS, keeping);
    },
  };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * `work`, or after `ms` the failure that it did not come: a server that is heard but does not answer must not use up a
 * webhook's time.
 * @throws BusUnavailable
 */
export async function within<T>(ms: number, work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BusUnavailable(otherwise)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for `work`, but no longer than `ms`; how it ends does not matter. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await within(ms, work, 'it did not end in time').catch(() => undefined);
}
