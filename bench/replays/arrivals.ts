/** When people pay. Pure. */

/** So many moments within `overMs`, ascending, ms: each person decides alone, so they come in bursts and gaps. */
export const arrivals = (count: number, overMs: number, random: () => number): number[] =>
  Array.from({ length: count }, () => random() * overMs).sort((a, b) => a - b);
