/** When a mail is tried again. Pure. */
import type { FaultKind } from './faults.ts';

/**
 * After each temporary refusal (4xx) of this mail. Greylisting wants minutes, a full mailbox hours, and a student
 * still has use for a ticket days later; after the last one the mail is failed and shown.
 */
const TEMPORARY_MS = [
  10_000, // a hiccup
  30_000,
  60_000,
  300_000, // greylisting's usual wait
  900_000,
  3_600_000, // an outage of the receiving server
  3_600_000 * 3,
  3_600_000 * 6,
  3_600_000 * 12,
  3_600_000 * 24, // a mailbox that was full over night
  3_600_000 * 24,
];

/** After each send that may have arrived: seldom and few, because each may be one mail too many. */
const UNCONFIRMED_MS = [
  900_000, // the server was restarted
  3_600_000 * 3,
  3_600_000 * 12,
];

/** A server's fault burns no attempt: the mail is tried for ever, ever less often; sooner when the server is back (rest.ts). */
const SERVER_FIRST_MS = 10_000;
const SERVER_LAST_MS = 900_000;

/**
 * Delay before the next try in ms, or null when the mail is given up.
 * @param failures this one included: a server's in a row, others since it was owed
 */
export function mailDelay(kind: FaultKind, failures: number): number | null {
  if (kind === 'address') return null;
  if (kind === 'temporary') return TEMPORARY_MS[failures - 1] ?? null;
  if (kind === 'unconfirmed') return UNCONFIRMED_MS[failures - 1] ?? null;
  return Math.min(SERVER_FIRST_MS * 2 ** (failures - 1), SERVER_LAST_MS);
}
