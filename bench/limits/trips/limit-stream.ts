/** A stream with the settings of the payments' own, so that NATS has the same to do. */
import { type NatsConnection, RetentionPolicy, StorageType } from 'nats';

const SUBJECT = 'bench.limit';

/** Resolves with what publishes to it, and waits for the PubAck. */
export async function limitStream(
  connection: NatsConnection,
): Promise<(bytes: Uint8Array, id: string) => Promise<void>> {
  const manager = await connection.jetstreamManager();
  await manager.streams.add({
    name: 'BENCH_LIMIT',
    subjects: [SUBJECT],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    max_age: 7 * 86_400 * 1e9,
    duplicate_window: 600 * 1e9,
  });
  const jetStream = connection.jetstream();
  return async (bytes, id) => {
    await jetStream.publish(SUBJECT, bytes, { msgID: id });
  };
}
