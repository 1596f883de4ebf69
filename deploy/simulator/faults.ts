import type { Random } from './state/random.ts';

/** Which list call is meant: the nth one since the fault was set (once), or every one with that `skip`. */
export interface PageFault {
  readonly nth?: number | undefined;
  readonly skip?: number | undefined;
  /** Only lists at this path, such as `/v1/payments`. */
  readonly path?: string | undefined;
}

/** The calls that the rates mean, by route as `/control/calls` writes it, such as `/v1/payments/:id`. */
export interface CallsMeant {
  readonly route: string;
  /** So many of them pass first. */
  readonly after?: number | undefined;
}

/** Everything that can be wrong with the API. Rates are shares of the calls, 0 to 1. */
export interface Faults {
  /** Null: every call. */
  at: CallsMeant | null;
  error_rate: number;
  /** The status of injected errors. */
  status: number;
  rate_limit_per_s: number | null;
  /** Between reading the books and answering. */
  latency_ms: number;
  /** Never answers. */
  hang_rate: number;
  /** Answers an HTML page. */
  html_rate: number;
  html_status: number;
  /** Cuts the connection. */
  reset_rate: number;
  /** Answers 200 with JSON that ends in the middle. */
  wrong_json_rate: number;
  /** Answers 200 with JSON of another shape. */
  odd_json_rate: number;
  /** Lists show the books as they were that long ago. */
  list_lag_ms: number;
  /** How far Razorpay's clock is ahead. */
  clock_skew_s: number;
  /** Fails with `status`. */
  fail_page: PageFault | null;
  /** Answers the page before it once more. */
  repeat_page: PageFault | null;
  /** Leaves out the second half of the page. */
  shrink_page: PageFault | null;
  seed: number | null;
}

export const NO_FAULTS: Readonly<Faults> = {
  at: null,
  error_rate: 0,
  status: 500,
  rate_limit_per_s: null,
  latency_ms: 0,
  hang_rate: 0,
  html_rate: 0,
  html_status: 502,
  reset_rate: 0,
  wrong_json_rate: 0,
  odd_json_rate: 0,
  list_lag_ms: 0,
  clock_skew_s: 0,
  fail_page: null,
  repeat_page: null,
  shrink_page: null,
  seed: null,
};

export type CallFault = 'reset' | 'hang' | 'html' | 'error' | 'wrong_json' | 'odd_json' | null;

/** What goes wrong with this call; a rate of 0 draws no number, so a seed gives the same run whatever else is set. */
export function callFault(faults: Faults, random: Random): CallFault {
  const rates = [
    ['reset', faults.reset_rate],
    ['hang', faults.hang_rate],
    ['html', faults.html_rate],
    ['error', faults.error_rate],
    ['wrong_json', faults.wrong_json_rate],
    ['odd_json', faults.odd_json_rate],
  ] as const;
  for (const [fault, rate] of rates) if (rate > 0 && random() < rate) return fault;
  return null;
}

/** Whether the rates mean this call; to be asked once a call. `counted` holds how many came by so far. */
export function meansCall({ at }: Faults, route: string, counted: WeakMap<CallsMeant, number>): boolean {
  if (at === null) return true;
  if (at.route !== route) return false;
  const calls = (counted.get(at) ?? 0) + 1;
  counted.set(at, calls);
  return calls > (at.after ?? 0);
}

/** Counts list calls for the faults that mean one of them. */
export class PageFaults {
  readonly #calls = new WeakMap<PageFault, number>();

  /** Whether the fault means this list call; to be asked once a call. */
  means(fault: PageFault | null, path: string, skip: number): boolean {
    if (fault === null || (fault.path !== undefined && fault.path !== path)) return false;
    const calls = (this.#calls.get(fault) ?? 0) + 1;
    this.#calls.set(fault, calls);
    if (fault.nth !== undefined) return calls === fault.nth;
    return fault.skip === skip;
  }
}

/** At most so many calls in any second. */
export class RateLimit {
  readonly #times: number[] = [];

  allows(perSecond: number | null, nowMs: number): boolean {
    if (perSecond === null) return true;
    while ((this.#times[0] ?? nowMs) <= nowMs - 1000) this.#times.shift();
    if (this.#times.length >= perSecond) return false;
    this.#times.push(nowMs);
    return true;
  }
}
