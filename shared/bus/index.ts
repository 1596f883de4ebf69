/**
 * The bus: this folder is the only importer of `nats`. Opening does not wait for a server; while there is none,
 * everything fails at once with `BusUnavailable` and the connection is tried again for ever.
 */
import { NatsError } from 'nats';
import { type Consumption, consume } from './consumer.ts';
import { BusUnavailable } from './errors.ts';
import {
  ANSWERS_WITHIN_MS,
  type LinkOptions,
  openLink,
  PUBLISH_TIMEOUT_MS,
  PUBLISH_WITHIN_MS,
  tagged,
  within,
} from './link.ts';
import { addService, type RequestHandler, type RequestOptions, request } from './services.ts';
import { ensureStream, firstKept } from './stream.ts';

export type { Consumption, Message, Verdict } from './consumer.ts';
export { BusUnavailable, NoAnswerInTime, NobodyAnswers, RequestFailed } from './errors.ts';
export { PUBLISH_WITHIN_MS } from './link.ts';
export type { RequestHandler } from './services.ts';
export { OBSERVED, UNREADABLE } from './stream.ts';

export interface BusOptions extends LinkOptions {
  /** Servers of a cluster that keep each message. */
  replicas?: number;
}

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
  request<T>(subject: string, body: unknown, options: RequestOptions): Promise<T>;
  close(): Promise<void>;
}

/** No stream listens on the subject: it was deleted, or this is the first message ever. */
const noStream = (error: unknown) =>
  error instanceof NatsError && (error.code === '503' || error.code === '404' || error.api_error?.code === 404);

export function openBus(options: BusOptions): Bus {
  const { log, replicas = 1 } = options;
  const services: { subject: string; handler: RequestHandler }[] = [];
  const link = openLink(options, async (connection) => {
    for (const { subject, handler } of services) await addService(connection, subject, handler, log);
  });

  async function put(
    subject: string,
    bytes: Uint8Array,
    id: string,
    correlationId: string,
  ): Promise<{ duplicate: boolean }> {
    const { jetStream, manager } = link.online();
    const { duplicate, seq } = await jetStream.publish(subject, bytes, {
      msgID: id,
      headers: tagged(correlationId),
      timeout: PUBLISH_TIMEOUT_MS,
    });
    // NATS remembers ids longer than messages: what a purge took is stored anew, under an id that is the same for all who try.
    if (duplicate && (await firstKept(manager)) > seq) return put(subject, bytes, `${id}.after.${seq}`, correlationId);
    return { duplicate };
  }

  async function putOnStream(...message: Parameters<typeof put>) {
    try {
      return await put(...message);
    } catch (error) {
      if (!noStream(error)) throw error;
      await ensureStream(link.online().manager, replicas);
      return await put(...message);
    }
  }

  return {
    connected: link.up,
    async ready() {
      try {
        await within(ANSWERS_WITHIN_MS, ensureStream(link.online().manager, replicas), 'the bus does not answer');
        return true;
      } catch {
        return false;
      }
    },
    async publish(...message) {
      try {
        return await within(PUBLISH_WITHIN_MS, putOnStream(...message), 'the bus did not confirm in time');
      } catch (error) {
        if (error instanceof BusUnavailable) throw error;
        throw new BusUnavailable(`the bus did not confirm a message on ${message[0]}`, { cause: error });
      }
    },
    consume: (consumption) => consume(link, replicas, consumption, log),
    serve(subject, handler) {
      services.push({ subject, handler });
      if (!link.up()) return;
      addService(link.online().connection, subject, handler, log).catch((error: unknown) =>
        log.error({ err: error, subject }, 'bus: cannot serve'),
      );
    },
    request: (subject, body, how) => request(link, subject, body, how),
    close: link.close,
  };
}
