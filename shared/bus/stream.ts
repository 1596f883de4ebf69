/**
 * The PAYMENTS stream and its consumer: made when missing, mended when different. The broker may be wiped at any time;
 * the sweep and the pending index bring everything back (P8).
 */
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';

export const STREAM = 'PAYMENTS';
export const OBSERVED = 'payments.observed';
export const UNREADABLE = 'payments.unreadable';
export const CONSUMER = 'ticketing';

/** Personal data in transit lives no longer. */
const MAX_AGE_MS = 7 * 86_400_000;
/** Within this, a message id seen before is swallowed: one event delivered by several webhooks is handled once. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;
/** A message not acked, nor said to be in work, for this long is given to another worker. */
export const ACK_WAIT_MS = 30_000;

const streamConfig = (replicas: number): Partial<StreamConfig> & { name: string } => ({
  name: STREAM,
  subjects: ['payments.*'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_age: nanos(MAX_AGE_MS),
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  num_replicas: replicas,
});

/** No `backoff`: its first step would silently replace `ack_wait`. Retries are ours, by nak with a delay. */
const CONSUMER_CONFIG: Partial<ConsumerConfig> = {
  durable_name: CONSUMER,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: nanos(ACK_WAIT_MS),
  max_deliver: -1,
  max_ack_pending: 1_000,
};

const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;

const apiCode = (error: unknown) => (error instanceof NatsError ? error.api_error?.err_code : undefined);

/** Makes the stream, or brings its settings up to date. Harmless when several do it at once. */
export async function ensureStream(manager: JetStreamManager, replicas: number): Promise<void> {
  const wanted = streamConfig(replicas);
  try {
    const { config } = await manager.streams.info(STREAM);
    const same = (Object.keys(wanted) as (keyof typeof wanted)[]).every(
      (key) => JSON.stringify(config[key]) === JSON.stringify(wanted[key]),
    );
    if (!same) await manager.streams.update(STREAM, wanted);
  } catch (error) {
    if (apiCode(error) !== STREAM_NOT_FOUND) throw error;
    await manager.streams.add(wanted);
  }
}

/** The sequence of the oldest message that the stream still has, or would get next. */
export const firstKept = async (manager: JetStreamManager): Promise<number> =>
  (await manager.streams.info(STREAM)).state.first_seq;

export async function ensureConsumer(manager: JetStreamManager): Promise<void> {
  try {
    await manager.consumers.info(STREAM, CONSUMER);
  } catch (error) {
    if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
    await manager.consumers.add(STREAM, CONSUMER_CONFIG);
  }
}
