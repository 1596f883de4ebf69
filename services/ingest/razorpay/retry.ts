/**
 * Trying again: exponential backoff with full jitter, bounded in tries and in time. Whoever has time waits a rate limit
 * out: 429 says "slower", not "no".
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, RazorpayRateLimited } from './errors.ts';

export interface RetryPolicy {
  tries: number;
  /** The first wait is up to this, ms; each next up to twice the one before. */
  baseMs: number;
  maxMs: number;
  /** So long a call waits out 429s, which then cost no try, ms; without it they are failed tries like others. */
  limitedForMs?: number;
}

/** Razorpay's short outages last seconds: about 8 s in all, before a sweep gives up. Its rate limit only slows a sweep. */
export const PATIENT: RetryPolicy = { tries: 5, baseMs: 500, maxMs: 30_000, limitedForMs: 300_000 };
/** Somebody is waiting for the answer. */
export const PROMPT: RetryPolicy = { tries: 2, baseMs: 200, maxMs: 500 };

/** How long to wait after the `failed`th failed try, ms. */
export function backoffMs(policy: RetryPolicy, failed: number, error: unknown, random = Math.random): number {
  const jittered = random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (failed - 1));
  const asked = error instanceof RazorpayRateLimited ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(policy.maxMs, Math.max(jittered, asked));
}

/** @throws the last error; the signal's reason when aborted while waiting */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const { tries, limitedForMs = 0 } = policy;
  const until = performance.now() + limitedForMs;
  for (let failed = 0, limited = 0; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      const waits = error instanceof RazorpayRateLimited && performance.now() < until;
      const times = waits ? ++limited : ++failed;
      if (!waits && failed >= tries) throw error;
      try {
        await sleep(backoffMs(policy, times, error), undefined, signal ? { signal } : {});
      } catch {
        signal?.throwIfAborted();
        throw error;
      }
    }
  }
}
