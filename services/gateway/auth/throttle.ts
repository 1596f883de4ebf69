/**
 * Slows down guessing. Counted before the password is checked, so that guesses made at the same time count too; a
 * success gives its points back. In memory: with several replicas the limit is that many times higher, still low.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { consume } from '../http/limit.ts';
import { callerOf } from './caller.ts';

export interface LoginLimits {
  /** From one address: a stranger who guesses elsewhere locks nobody out at once. */
  perUsername: number;
  /** From all addresses together. */
  perUsernameAnywhere: number;
  perAddress: number;
  /** Seconds. */
  window: number;
}

/** A forgetful person gets by; a college behind one address too. */
export const LOGIN_LIMITS: LoginLimits = { perUsername: 8, perUsernameAnywhere: 100, perAddress: 60, window: 300 };

const pair = (username: string, address: string) => `${username.toLowerCase()} ${callerOf(address)}`;

export function loginThrottle(limits: LoginLimits) {
  const byUsername = new RateLimiterMemory({ points: limits.perUsername, duration: limits.window });
  const anywhere = new RateLimiterMemory({ points: limits.perUsernameAnywhere, duration: limits.window });
  const byAddress = new RateLimiterMemory({ points: limits.perAddress, duration: limits.window });

  const take = (limiter: RateLimiterMemory, key: string) => consume(limiter, key, 'too many sign-ins');

  return {
    /** @throws Problem 429 with Retry-After */
    async before(username: string, address: string): Promise<void> {
      await take(byAddress, callerOf(address));
      await take(byUsername, pair(username, address));
      await take(anywhere, username.toLowerCase());
    },
    async succeeded(username: string, address: string): Promise<void> {
      await byUsername.delete(pair(username, address));
      await anywhere.reward(username.toLowerCase());
      await byAddress.reward(callerOf(address));
    },
  };
}
