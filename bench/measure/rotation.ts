/** Whose turn it is, and how much is done in one. Pure. */

/** The order of a round: each side is as often first as it is last, so that what drifts or warms up favours nobody. */
export const rotated = <T>(sides: readonly T[], round: number): T[] =>
  sides.map((_, turn) => sides[(turn + round) % sides.length] as T);

/**
 * How many operations fill a slice, by how long some took on the slower side.
 * @param least an amount that `atOnce` can be kept busy with
 */
export function operationsFor(sliceMs: number, operations: number, ms: number, least: number): number {
  const fit = Math.round((operations * sliceMs) / Math.max(ms, 0.001));
  return Math.max(least, fit);
}
