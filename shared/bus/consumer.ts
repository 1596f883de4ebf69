/**
 * Taking messages off the stream: a few workers, each with one message at a time, so that none ages while it waits for
 * its turn. Nothing is taken while the store is away; stream and consumer are made again when they are gone.
 */
import type { JsMsg } from 'nats';
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
/** A handler should not throw; if it does, its message comes again. */
const FAILED_MS = 5_000;

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
    const { jetStream, manager } = link.online();
    await ensureStream(manager, replicas);
    await ensureConsumer(manager);
    const consumer = await jetStream.consumers.get(STREAM, CONSUMER);
    while (await mayTake()) {
      const message = await consumer.next({ expires: PULL_MS });
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
