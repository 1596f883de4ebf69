/** A message that could not be handled: what it is known by, and when it comes again. Pure. */
import { createHash } from 'node:crypto';
import { type Observation, sightings } from '../../../shared/razorpay/observation.ts';

/**
 * When a message that failed comes again, by failures so far. The store is up, so only a deploy or a rare race helps:
 * soon at first, then with room for somebody to act.
 */
export const DELAYS_MS: readonly number[] = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** ms */
export const redeliveryDelay = (failures: number, delays = DELAYS_MS): number =>
  delays[Math.min(Math.max(failures - 1, 0), delays.length - 1)] as number;

const short = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** By what it tells, not by when that was seen: a sweep brings the same facts under a new id, again and again. */
export const deadLetterId = (bytes: Uint8Array, observation: Observation | null): string =>
  observation
    ? `${observation.payment_id}.${short(JSON.stringify(sightings(observation).map(({ path, register }) => [path, register.digest])))}`
    : `unreadable.${short(bytes)}`;
