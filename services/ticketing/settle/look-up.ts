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
  /** Of the look-ups under way. */
  const waiting = new Set<(reason: Error) => void>();

  /** What comes of `answer`, or that ticketing stops. Whatever ends leaves nothing behind: look-ups go on for months. */
  async function unlessClosed<T>(answer: Promise<T>): Promise<T> {
    let leave: (reason: Error) => void = () => undefined;
    const closed = new Promise<never>((_, reject) => {
      leave = reject;
      waiting.add(leave);
    });
    try {
      return await Promise.race([answer, closed]);
    } finally {
      waiting.delete(leave);
    }
  }

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
        const { observation } = await unlessClosed(breaker.fire(paymentId, correlationId));
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
      breaker.shutdown();
      for (const leave of waiting) leave(new BusUnavailable('ticketing is stopping'));
    },
  };
}
