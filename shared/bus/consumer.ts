/**
 * Taking messages off the stream: a few workers, each with one message at a time, so that none ages while it waits for
 * its turn. Nothing is taken while the store is away; stream and consumer are made again when they are gone.
 */
import { ErrorCode, type JetStreamClient, type JsMsg, NatsError } from 'nats';
import type { Logger } from '../log/index.ts';
import { correlationOf, type Link, pause, RETRY_MS } from './link.ts';
import { CONSUMER, ensureConsumer, ensureStream, STREAM } from './stream.ts';

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

/** Well below the consumer's `ack_wait`. */
const WORKING_EVERY_MS = 10_000;
/** How long one pull waits for a message; also how long an idle worker takes to stop. */
const PULL_MS = 2_000;
/** So much longer it waits for the server to say that none has come: by then a process that was busy has read what it got. */
const BUSY_MS = 2_000;
/** A handler should not throw; if it does, its message comes again. */
const FAILED_MS = 5_000;

const NOTHING_CAME: readonly string[] = [ErrorCode.JetStream408RequestTimeout, ErrorCode.Timeout];

/**
 * The next message; null: none came. Not the client's own `next`: its timer ends a twentieth after the server's, so that a
 * process that is busy for that moment drops what has just come, and it comes again only after `ack_wait`.
 */
async function next(pulling: JetStreamClient): Promise<JsMsg | null> {
  try {
    return await pulling.pull(STREAM, CONSUMER, PULL_MS);
  } catch (error) {
    if (error instanceof NatsError && NOTHING_CAME.includes(error.code)) return null;
    throw error;
  }
}

async function handleOne(message: JsMsg, { handle }: Consumption, log: Logger): Promise<void> {
  const working = setInterval(() => message.working(), WORKING_EVERY_MS);
  try {
    const verdict = await handle({
      subject: message.subject,
      bytes: message.data,
      deliveries: message.info.deliveryCount,
      correlationId: correlationOf(message.headers),
    });
    if (verdict === 'ack') message.ack();
    else message.nak(verdict);
  } catch (error) {
    log.error({ err: error }, 'bus: a handler failed without a verdict');
    message.nak(FAILED_MS);
  } finally {
    clearInterval(working);
  }
}

/** Handles messages until stopped; running ones are finished first. */
export function consume(
  link: Link,
  replicas: number,
  consumption: Consumption,
  log: Logger,
): { stop(): Promise<void> } {
  let stopped = false;

  const mayTake = async () => !stopped && link.up() && (await consumption.open());

  async function takeWhileOpen(): Promise<void> {
    const { connection, manager } = link.online();
    await ensureStream(manager, replicas);
    await ensureConsumer(manager);
    const pulling = connection.jetstream({ timeout: PULL_MS + BUSY_MS });
    while (await mayTake()) {
      const message = await next(pulling);
      if (message) await handleOne(message, consumption, log);
    }
  }

  async function work(): Promise<void> {
    while (!stopped) {
      try {
        if (await mayTake()) await takeWhileOpen();
      } catch (error) {
        if (!stopped) log.warn({ reason: (error as Error).message }, 'bus: consumer interrupted, trying again');
      }
      if (!stopped) await pause(RETRY_MS);
    }
  }
  const workers = Array.from({ length: consumption.workers }, work);

  return {
    async stop() {
      stopped = true;
      await Promise.all(workers);
    },
  };
}
