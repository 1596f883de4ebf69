/** What many measurements come to. Pure. */

export interface Quartiles {
  q1: number;
  median: number;
  q3: number;
}

/** The value below which this share of `sorted` lies, between neighbours by straight line. @throws Error for none at all */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new Error('nothing was measured');
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = ascending(values);
  return { q1: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q3: quantile(sorted, 0.75) };
}

/** Of latencies: the middle one, and the one that 1 in 100 exceeds. */
export function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = ascending(values);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
