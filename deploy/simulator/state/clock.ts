/**
 * Two clocks: the machine's, which lag, retries and rate limits are measured on, and Razorpay's, which may run
 * ahead or behind it (`clock_skew_s`) and stamps everything a client sees.
 */
export class Clock {
  skewSeconds = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The machine's time in milliseconds. */
  machineMs(): number {
    return this.#now();
  }

  /** Razorpay's time in whole seconds. */
  seconds(): number {
    return Math.floor(this.#now() / 1000) + this.skewSeconds;
  }

  /** Razorpay's time as an HTTP `Date` header. */
  httpDate(): string {
    return new Date(this.#now() + this.skewSeconds * 1000).toUTCString();
  }
}
