import { type ConsumerInfo, type NatsConnection, nanos } from 'nats';
import { until } from './until.ts';

export interface TicketingConsumer {
  info(): Promise<ConsumerInfo>;
  /** What is not acked within so many milliseconds is delivered again. */
  redeliverAfter(ms: number): Promise<void>;
}

/** Ticketing's consumer, once it is there: ticketing makes it at its start. */
export async function ticketingConsumer(bus: NatsConnection): Promise<TicketingConsumer> {
  const { consumers } = await bus.jetstreamManager();
  const of = ['PAYMENTS', 'ticketing'] as const;
  await until(
    () => consumers.info(...of).catch(() => null),
    (found) => found !== null,
    'ticketing’s consumer',
  );
  return {
    info: () => consumers.info(...of),
    async redeliverAfter(ms) {
      await consumers.update(...of, { ack_wait: nanos(ms) });
    },
  };
}
