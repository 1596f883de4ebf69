/**
 * The second look at Razorpay, through ingest. While Razorpay hangs or fails, a breaker answers at once: settling the
 * payments that need no look-up must not wait behind those that do.
 */
import CircuitBreaker from 'opossum';
import { type Bus, BusUnavailable, RequestFailed } from '../../../shared/bus/index.ts';
import { ask } from '../../../shared/bus/requests.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { TicketingMetrics } from '../metrics.ts';

export interface LookUps {
  /** @throws BusUnavailable, RequestFailed */
  lookUp(paymentId: string, correlationId: string): Promise<Observation>;
  /** Look-ups under way fail at once, so that nobody waits for them. */
  close(): void;
}

/** Ingest bounds its own calls to Razorpay below this. */
const ANSWER_MS = 20_000;
const LEFT_ALONE_MS = 5_000;

export function lookUps(bus: Bus, metrics: TicketingMetrics): LookUps {
  let close: (reason: Error) => void = () => undefined;
  const closing = new Promise<never>((_, reject) => {
    close = reject;
  });
  closing.catch(() => undefined);
  const breaker = new CircuitBreaker(
    (payment_id: string, correlationId: string) =>
      ask(bus, 'ingest.lookup', { payment_id }, { timeoutMs: ANSWER_MS, correlationId }),
    {
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 5,
      rollingCountTimeout: 30_000,
      resetTimeout: LEFT_ALONE_MS,
      // An answer about this payment alone says nothing against Razorpay.
      errorFilter: (error: unknown) => error instanceof RequestFailed && error.code < 500,
    },
  );
  return {
    async lookUp(paymentId, correlationId) {
      try {
        const { observation } = await Promise.race([breaker.fire(paymentId, correlationId), closing]);
        metrics.lookups.inc({ result: 'answered' });
        return observation;
      } catch (error) {
        metrics.lookups.inc({ result: 'failed' });
        if (CircuitBreaker.isOurError(error as Error))
          throw new BusUnavailable('look-ups fail at the moment, trying again soon', { cause: error });
        throw error;
      }
    },
    close() {
      close(new BusUnavailable('ticketing is stopping'));
      breaker.shutdown();
    },
  };
}
