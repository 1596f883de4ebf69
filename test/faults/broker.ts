/** Doing things to a world's NATS. */
import { rm } from 'node:fs/promises';
import { connect, type NatsConnection } from 'nats';
import { startPrivateNats } from '../servers.ts';
import type { World } from '../world.ts';

/** Starts it again where it was. */
export async function startAgain(world: World): Promise<void> {
  world.nats = await startPrivateNats({ dir: world.nats.dir, port: Number(new URL(world.nats.url).port) });
}

/** Killed, and all its data thrown away. */
export async function wipe(world: World): Promise<void> {
  await world.nats.kill();
  await rm(world.nats.dir, { recursive: true });
  await startAgain(world);
}

/** As its operator, past whatever stands between it and the services. */
export async function asOperator<T>(world: World, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: world.nats.url });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

export const messagesWaiting = (world: World): Promise<number> =>
  asOperator(world, async (connection) => {
    const { streams } = await connection.jetstreamManager();
    return (await streams.info('PAYMENTS')).state.messages;
  });

/** Messages that ticketing has not acked: taken, and not yet taken. */
export const unacked = (world: World): Promise<{ taken: number; waiting: number }> =>
  asOperator(world, async (connection) => {
    const { consumers } = await connection.jetstreamManager();
    const { num_ack_pending, num_pending } = await consumers.info('PAYMENTS', 'ticketing');
    return { taken: num_ack_pending, waiting: num_pending };
  });
