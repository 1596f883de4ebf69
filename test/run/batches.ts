/** How a run is cut into batches, each a mocha process of its own. Pure. */
import { shuffle } from './random.ts';

/** Suites that start a whole QRFlow take tens of seconds and run three to a batch; the others take milliseconds. */
const LARGE = /^test\//;
/** These take minutes: begun last, one of them would hold up the end of the run alone. */
const LONG = /^test\/(soak|outage|input\/api|crash|convergence)\/|^services\/ingest\/sweep\/sweep\.test/;
const LARGE_IN_A_BATCH = 3;
const SMALL_IN_A_BATCH = 24;

const cut = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/**
 * Paths relative to the project. What takes minutes comes first, what takes tens of seconds last, each in random order:
 * lanes begin at both ends, so that suites that keep the processor busy run beside those that mostly wait, and meet at what
 * is small.
 */
export function batches(files: readonly string[], random: () => number): string[][] {
  const mixed = shuffle([...files], random);
  const long = mixed.filter((file) => LONG.test(file));
  const large = mixed.filter((file) => LARGE.test(file) && !LONG.test(file));
  const small = mixed.filter((file) => !LARGE.test(file) && !LONG.test(file));
  return [...cut(long, 1), ...cut(small, SMALL_IN_A_BATCH), ...cut(large, LARGE_IN_A_BATCH)];
}

/** The next batch of this lane; every other lane takes from the end. */
export const nextBatch = (waiting: string[][], lane: number): string[] | undefined =>
  lane % 2 === 0 ? waiting.shift() : waiting.pop();
