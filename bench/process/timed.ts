import type { Run } from '../measure/path.ts';

/** Does `one` for 0 to `count` less 1, `atOnce` of them at a time. */
export async function timed(count: number, atOnce: number, one: (nth: number) => Promise<unknown>): Promise<Run> {
  const latencies: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const nth = next++;
      const began = performance.now();
      await one(nth);
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
  return { ms: performance.now() - began, latencies };
}
