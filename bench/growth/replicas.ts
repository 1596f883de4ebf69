/** Where more replicas of ticketing stop helping: the same payments, settled by one, two and three of them. */
import type { Whole } from '../process/whole.ts';
import { wave } from './waves.ts';

export interface WithReplicas {
  replicas: number;
  /** Payments settled and mailed a second. */
  perSecond: number;
}

/** @param payments for each number of replicas */
export async function replicas(
  whole: Whole,
  most: number,
  payments: number,
  signal: AbortSignal,
  step: (what: string) => void,
): Promise<WithReplicas[]> {
  const results: WithReplicas[] = [];
  for (let running = 1; running <= most; running++) {
    signal.throwIfAborted();
    if (running > 1) await whole.more('ticketing');
    step(`${running} of ticketing`);
    await wave(whole, Math.ceil(payments / 5));
    results.push({ replicas: running, perSecond: payments / (await wave(whole, payments)) });
  }
  return results;
}
