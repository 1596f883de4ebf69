/** Whether what is held grows with the work done. Pure. */

/** A leak keeps more than this of every payment: a message is some kilobytes, a connection more. */
const BYTES_EACH = 1_000;

/**
 * Bytes held after equal stretches of work. A leak shows in every stretch; warming up, and what a collection leaves
 * undone, do not.
 */
export const growsSteadily = (held: readonly number[], workEach: number): boolean =>
  held.length > 1 && held.slice(1).every((bytes, n) => bytes - (held[n] ?? 0) > BYTES_EACH * workEach);

/** What comes and goes: a pull, a look at the store, a request on its way. */
const AT_WORK = 5;

/** Those of which there are more now than there were. */
export const more = (now: Record<string, number>, before: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(now).filter(([kind, count]) => count > (before[kind] ?? 0) + AT_WORK));
