import { ask, type Requests } from '../../shared/bus/requests.ts';
import type { Gateway } from './gateway.ts';

const PATIENCE_MS = 2_000;

/**
 * Asks ticketing to look now. Only a hint: what it should see is stored already, and it looks by itself within a minute.
 */
export async function hastenSettling(
  { bus, log }: Pick<Gateway, 'bus' | 'log'>,
  question: Requests['ticketing.settle']['question'],
  correlationId: string,
): Promise<void> {
  try {
    await ask(bus, 'ticketing.settle', question, { timeoutMs: PATIENCE_MS, correlationId });
  } catch (error) {
    log.warn(
      { reason: (error as Error).message, correlation_id: correlationId, ...question },
      'settling: cannot be hastened, it will follow by itself',
    );
  }
}
