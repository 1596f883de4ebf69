/**
 * How a call to Razorpay can fail, as classes a caller can tell apart. The SDK turns network errors into TypeErrors and
 * HTML pages into strings; none of that gets past this folder.
 */

/** Any failed call. `operation` names what was asked, never an id. */
export class RazorpayError extends Error {
  override readonly name: string = 'RazorpayError';
  readonly operation: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  constructor(operation: string, status: number | null, message: string, options: ErrorOptions = {}) {
    super(`Razorpay, ${operation}: ${message}`, options);
    this.operation = operation;
    this.status = status;
  }
}

/** 429: slower. Razorpay sends no Retry-After, but one is obeyed. */
export class RazorpayRateLimited extends RazorpayError {
  override readonly name = 'RazorpayRateLimited';
  /** What Retry-After asked for, ms. */
  retryAfterMs: number | null = null;
}

/** 401: the key is wrong or revoked. Trying again is of no use. */
export class RazorpayUnauthorized extends RazorpayError {
  override readonly name = 'RazorpayUnauthorized';
}

/** Razorpay does not know this id. It says so with 400, not 404. */
export class NotAtRazorpay extends RazorpayError {
  override readonly name = 'NotAtRazorpay';
  /** Seconds on Razorpay's clock; null: it was not asked. */
  observedAt: number | null = null;
}

/** What was asked for by id came, but lacks a field we need. Another try would bring the same. */
export class RazorpayUnreadable extends RazorpayError {
  override readonly name = 'RazorpayUnreadable';
  /** Personal data: for the dead letters, never for a log. */
  readonly raw: unknown;
  constructor(operation: string, message: string, raw: unknown) {
    super(operation, 200, message);
    Object.defineProperty(this, 'raw', { value: raw, enumerable: false });
  }
}

/** Any other 4xx: what was asked is wrong, or this account may not ask it. */
export class RazorpayRejected extends RazorpayError {
  override readonly name = 'RazorpayRejected';
}

/** 5xx, no connection, no answer in time, or an answer that cannot be read. */
export class RazorpayUnavailable extends RazorpayError {
  override readonly name = 'RazorpayUnavailable';
}

/** Another try may succeed. */
export const isTransient = (error: unknown): boolean =>
  error instanceof RazorpayRateLimited || error instanceof RazorpayUnavailable;

/** A few fixed words for metrics, logs and the audit trail. */
export function failureKind(error: unknown): string {
  if (error instanceof RazorpayRateLimited) return 'rate_limited';
  if (error instanceof RazorpayUnauthorized) return 'unauthorized';
  if (error instanceof NotAtRazorpay) return 'unknown_id';
  if (error instanceof RazorpayRejected) return 'rejected';
  if (error instanceof RazorpayUnreadable) return 'unreadable';
  if (error instanceof RazorpayUnavailable) return 'unavailable';
  return 'other';
}
