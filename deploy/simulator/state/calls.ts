const KEEP_RECENT = 500;

export interface Call {
  readonly method: string;
  readonly url: string;
  /** An HTTP status, or `hang` or `reset` when none was answered. */
  readonly answer: string;
  /** ISO 8601. */
  readonly at: string;
  readonly ms: number;
}

/** The path with `:id` in place of ids. */
export const routeOf = (url: string): string =>
  (url.split('?')[0] ?? '').replace(/\/(pay|order|qr|rfnd|disp)_[A-Za-z0-9]{14}\b/g, '/:id');

/** Counts API calls, so that a test can say how often and how a client asked. */
export class Calls {
  readonly #counts: Record<string, Record<string, number>> = {};
  readonly #recent: Call[] = [];

  record(call: Call): void {
    const route = `${call.method} ${routeOf(call.url)}`;
    const answers = this.#counts[route] ?? {};
    this.#counts[route] = { ...answers, [call.answer]: (answers[call.answer] ?? 0) + 1 };
    this.#recent.push(call);
    if (this.#recent.length > KEEP_RECENT) this.#recent.shift();
  }

  /** `counts` by route and answer, and the latest calls in order. */
  shown(): { counts: Record<string, Record<string, number>>; recent: readonly Call[] } {
    return { counts: this.#counts, recent: this.#recent };
  }
}
