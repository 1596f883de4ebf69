/** Where more replicas of ticketing stop helping: the same payments, settled by one, two and three of them. */
import type { Whole } from '../process/whole.ts';
import { wave } from './waves.ts';

export interface WithReplicas {
  replicas: number;
  /** Payments settled and mailed a second. */
  perSecond: number;
}

/** @param whole has one, and nothing settled yet. @param payments all at once, after a fifth as many to warm up */
export async function replicas(
  whole: Whole,
  running: number,
  payments: number,
  signal: AbortSignal,
): Promise<WithReplicas> {
  for (let more = 1; more < running; more++) await whole.more('ticketing');
  await wave(whole, Math.ceil(payments / 5), signal);
  return { replicas: running, perSecond: payments / (await wave(whole, payments, signal)) };
}
