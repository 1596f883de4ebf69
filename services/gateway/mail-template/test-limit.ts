/** How often somebody may send test mails: the mail server counts them too. In memory. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { consume } from '../http/limit.ts';

const MAILS = 10;
const WITHIN_SECONDS = 600;

export interface TestMailLimit {
  /** @throws Problem 429 with Retry-After */
  take(userId: number): Promise<void>;
}

export function testMailLimit(): TestMailLimit {
  const limiter = new RateLimiterMemory({ points: MAILS, duration: WITHIN_SECONDS });
  return {
    take: (id) => consume(limiter, String(id), `at most ${MAILS} test mails in ${WITHIN_SECONDS / 60} minutes`),
  };
}
