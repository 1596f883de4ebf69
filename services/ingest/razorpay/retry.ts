/** Trying again: exponential backoff with full jitter, bounded in tries and in time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, RazorpayRateLimited } from './errors.ts';

export interface RetryPolicy {
  tries: number;
  /** The first wait is up to this, ms; each next up to twice the one before. */
  baseMs: number;
  maxMs: number;
}

/** Razorpay's limit is unpublished and its short outages last seconds: about 8 s in all, before a sweep gives up. */
export const PATIENT: RetryPolicy = { tries: 5, baseMs: 500, maxMs: 30_000 };
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
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || failed >= policy.tries) throw error;
      try {
        await sleep(backoffMs(policy, failed, error), undefined, signal ? { signal } : {});
      } catch {
        signal?.throwIfAborted();
        throw error;
      }
    }
  }
}
