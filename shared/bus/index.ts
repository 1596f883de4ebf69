/**
 * The bus: the only importer of `nats`. Opening does not wait for a server; while there is none, everything fails at
 * once with `BusUnavailable` and the connection is tried again for ever.
 */
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  Events,
  headers,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  type NatsConnection,
  NatsError,
} from 'nats';
import type { Logger } from '../log/index.ts';
import { BusUnavailable, NobodyAnswers, RequestFailed } from './errors.ts';
import { CONSUMER, ensureConsumer, ensureStream, STREAM } from './stream.ts';

export { BusUnavailable, NobodyAnswers, RequestFailed } from './errors.ts';
export { OBSERVED, UNREADABLE } from './stream.ts';

export interface BusOptions {
  url: string;
  /** The service's name, as the server's operator sees it. */
  name: string;
  log: Logger;
  creds?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  /** Servers of a cluster that keep each message. */
  replicas?: number;
}

/** Razorpay gives a webhook 5 s and we promise an answer within 2. */
const PUBLISH_TIMEOUT_MS = 1_500;
const WORKING_EVERY_MS = 10_000;
/** How long one pull waits for a message; also how long an idle worker takes to stop. */
const PULL_MS = 2_000;
const RETRY_MS = 1_000;

export interface Message {
  subject: string;
  bytes: Uint8Array;
  /** Deliveries of this message so far, this one included. */
  deliveries: number;
  correlationId: string | null;
}

/** `ack`: done, durable elsewhere. A number: not done, deliver again in that many ms. */
export type Verdict = 'ack' | number;

export interface Consumption {
  handle(message: Message): Promise<Verdict>;
  /** Messages are only taken while this holds, so that none is burnt on a store that is away. */
  open(): Promise<boolean>;
  workers: number;
}

export type RequestHandler = (body: unknown, correlationId: string | null) => Promise<unknown>;

export interface Bus {
  /** Connected right now. */
  connected(): boolean;
  /** Connected, and JetStream answers. */
  ready(): Promise<boolean>;
  /**
   * Stores a message; resolves with the server's PubAck.
   * @throws BusUnavailable when it is not certain that the message is stored
   */
  publish(subject: string, bytes: Uint8Array, id: string, correlationId: string): Promise<{ duplicate: boolean }>;
  /** Handles the stream's messages until stopped; running ones are finished first. */
  consume(consumption: Consumption): { stop(): Promise<void> };
  /** Serves requests on `subject` (`ingest.sync`), shared with the other replicas. */
  serve(subject: string, handler: RequestHandler): void;
  /**
   * Asks another service.
   * @throws NobodyAnswers, BusUnavailable, or RequestFailed with the service's own error
   */
  request<T>(subject: string, body: unknown, options: { timeoutMs: number; correlationId: string }): Promise<T>;
  close(): Promise<void>;
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value ?? null));
const CORRELATION = 'X-Correlation-Id';
const tagged = (correlationId: string) => {
  const tags = headers();
  tags.set(CORRELATION, correlationId);
  return tags;
};

export function openBus(options: BusOptions): Bus {
  const { log } = options;
  let connection: NatsConnection | undefined;
  let jetStream: JetStreamClient | undefined;
  let manager: JetStreamManager | undefined;
  let up = false;
  let closed = false;
  const services: { subject: string; handler: RequestHandler }[] = [];

  const connectionOptions = (): ConnectionOptions => ({
    servers: options.url.split(',').map((one) => one.trim()),
    name: options.name,
    // A prefix of its own, so that the server can keep each service to its own replies (deploy/nats/nats.conf).
    inboxPrefix: `_INBOX.${options.name}`,
    noAsyncTraces: true,
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

  async function watch(nc: NatsConnection) {
    for await (const status of nc.status()) {
      if (status.type === Events.Disconnect) {
        up = false;
        log.warn('bus: disconnected');
      } else if (status.type === Events.Reconnect) {
        up = true;
        log.info('bus: reconnected');
      }
    }
  }

  async function openUntilClosed() {
    while (!closed) {
      try {
        const nc = await connect(connectionOptions());
        if (closed) return void (await nc.close());
        jetStream = nc.jetstream({ timeout: PUBLISH_TIMEOUT_MS });
        manager = await nc.jetstreamManager({ timeout: 5_000, checkAPI: false });
        connection = nc;
        up = true;
        for (const { subject, handler } of services) await addService(nc, subject, handler);
        log.info('bus: connected');
        watch(nc).catch((error: unknown) => log.error({ err: error }, 'bus: status watch ended'));
        const error = await nc.closed();
        up = false;
        if (closed) return;
        log.warn({ err: error }, 'bus: connection closed, opening a new one');
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'bus: cannot connect, trying again');
        await pause(RETRY_MS);
      }
    }
  }
  const opening = openUntilClosed();

  async function addService(nc: NatsConnection, subject: string, handler: RequestHandler) {
    const service = await nc.services.add({ name: subject.replace('.', '-'), version: '1.0.0', queue: 'qrflow' });
    service.addEndpoint(subject.replace('.', '-'), {
      subject,
      handler: (error, message) => {
        if (error) return;
        const correlationId = message.headers?.get(CORRELATION) || null;
        const body: unknown = message.data.length === 0 ? null : message.json();
        handler(body, correlationId).then(
          (answer) => message.respond(encode(answer)),
          (failure: unknown) => {
            const known = failure instanceof RequestFailed;
            if (!known) log.error({ err: failure, subject, correlation_id: correlationId }, 'bus: request failed');
            message.respondError(
              known ? failure.code : 500,
              known ? failure.message : 'internal error',
              encode(known ? failure.facts : {}),
            );
          },
        );
      },
    });
  }

  const online = () => {
    if (!up || !connection || !jetStream || !manager) throw new BusUnavailable('the bus is not connected');
    return { connection, jetStream, manager };
  };

  const missing = (error: unknown) =>
    error instanceof NatsError && (error.code === '503' || error.code === '404' || error.api_error?.code === 404);

  async function put(subject: string, bytes: Uint8Array, id: string, correlationId: string) {
    return await online().jetStream.publish(subject, bytes, {
      msgID: id,
      headers: tagged(correlationId),
      timeout: PUBLISH_TIMEOUT_MS,
    });
  }

  async function handleOne(message: JsMsg, consumption: Consumption) {
    const working = setInterval(() => message.working(), WORKING_EVERY_MS);
    try {
      const verdict = await consumption.handle({
        subject: message.subject,
        bytes: message.data,
        deliveries: message.info.deliveryCount,
        correlationId: message.headers?.get(CORRELATION) || null,
      });
      if (verdict === 'ack') message.ack();
      else message.nak(verdict);
    } catch (error) {
      log.error({ err: error }, 'bus: a handler failed without a verdict');
      message.nak(5_000);
    } finally {
      clearInterval(working);
    }
  }

  function consume(consumption: Consumption) {
    let stopped = false;
    const ensure = async () => {
      const { manager } = online();
      await ensureStream(manager, options.replicas ?? 1);
      await ensureConsumer(manager);
    };
    const work = async () => {
      let ensured = false;
      while (!stopped) {
        try {
          if (!up || !(await consumption.open())) {
            ensured = false;
            await pause(RETRY_MS);
            continue;
          }
          if (!ensured) await ensure();
          ensured = true;
          const { jetStream } = online();
          const consumer = await jetStream.consumers.get(STREAM, CONSUMER);
          while (!stopped && up && (await consumption.open())) {
            const message = await consumer.next({ expires: PULL_MS });
            if (message) await handleOne(message, consumption);
          }
        } catch (error) {
          ensured = false;
          if (!stopped) log.warn({ reason: (error as Error).message }, 'bus: consumer interrupted, trying again');
          await pause(RETRY_MS);
        }
      }
    };
    const workers = Array.from({ length: consumption.workers }, work);
    return {
      async stop() {
        stopped = true;
        await Promise.all(workers);
      },
    };
  }

  return {
    connected: () => up,
    async ready() {
      try {
        const { manager } = online();
        await ensureStream(manager, options.replicas ?? 1);
        return true;
      } catch {
        return false;
      }
    },
    async publish(subject, bytes, id, correlationId) {
      try {
        try {
          const { duplicate } = await put(subject, bytes, id, correlationId);
          return { duplicate };
        } catch (error) {
          // No stream listens: it was deleted, or this is the first message ever.
          if (!missing(error)) throw error;
          await ensureStream(online().manager, options.replicas ?? 1);
          const { duplicate } = await put(subject, bytes, id, correlationId);
          return { duplicate };
        }
      } catch (error) {
        if (error instanceof BusUnavailable) throw error;
        throw new BusUnavailable(`the bus did not confirm a message on ${subject}`, { cause: error });
      }
    },
    consume,
    serve(subject, handler) {
      services.push({ subject, handler });
      if (connection && up)
        addService(connection, subject, handler).catch((error: unknown) =>
          log.error({ err: error, subject }, 'bus: cannot serve'),
        );
    },
    async request(subject, body, { timeoutMs, correlationId }) {
      const { connection } = online();
      let answer: Awaited<ReturnType<typeof connection.request>>;
      try {
        answer = await connection.request(subject, encode(body), {
          timeout: timeoutMs,
          headers: tagged(correlationId),
        });
      } catch (error) {
        if (error instanceof NatsError && error.code === '503')
          throw new NobodyAnswers(`nobody answers ${subject}`, { cause: error });
        throw new BusUnavailable(`no answer to ${subject} in time`, { cause: error });
      }
      const code = answer.headers?.get('Nats-Service-Error-Code');
      if (code) {
        const facts = answer.data.length === 0 ? {} : answer.json<Record<string, unknown>>();
        throw new RequestFailed(
          Number(code),
          answer.headers?.get('Nats-Service-Error') ?? 'request failed',
          facts ?? {},
        );
      }
      return answer.json();
    },
    async close() {
      closed = true;
      up = false;
      const nc = connection;
      if (nc && !nc.isClosed()) await atMost(3_000, nc.drain());
      if (nc && !nc.isClosed()) await nc.close();
      await atMost(RETRY_MS + 5_000, opening);
    },
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for `work`, but no longer than `ms`; how it ends does not matter. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
