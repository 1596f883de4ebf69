/** So many in a while and no more: the refusal that says when to come again. */
import { type RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../../shared/http/problem.ts';

/** @throws Problem 429 with Retry-After */
export async function consume(limiter: RateLimiterMemory, key: string, what: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    throw new Problem(
      429,
      { detail: `${what}; try again in ${seconds} s`, retry_after: seconds },
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}
