/** How often one attendee's ticket may be sent again: an inbox is no place to press a button at. In memory. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { consume } from '../http/limit.ts';

const MAILS = 5;
const WITHIN_SECONDS = 600;

export interface ResendLimit {
  /** @throws Problem 429 with Retry-After */
  take(attendeeId: number): Promise<void>;
}

export function resendLimit(): ResendLimit {
  const limiter = new RateLimiterMemory({ points: MAILS, duration: WITHIN_SECONDS });
  return { take: (id) => consume(limiter, String(id), 'this ticket was sent too often just now') };
}
