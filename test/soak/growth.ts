/** Whether memory grows with the work done. Pure. */

/** So much a payment may each stretch grow by: less than an id with its bookkeeping. */
const BYTES_EACH = 200;

/**
 * Heap sizes after equal stretches of work. A leak shows in every stretch; warming up, and what a collection leaves
 * undone, do not.
 */
export const growsSteadily = (heaps: readonly number[], workEach: number): boolean =>
  heaps.length > 1 && heaps.slice(1).every((heap, n) => heap - (heaps[n] ?? 0) > BYTES_EACH * workEach);
