/** How a run is cut into batches, each a mocha process of its own. Pure. */
import { shuffle } from './random.ts';

/** Suites that start a whole QRFlow take tens of seconds and run three to a batch; the others take milliseconds. */
const LARGE = /^test\//;
const LARGE_IN_A_BATCH = 3;
const SMALL_IN_A_BATCH = 20;

const cut = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/** Paths relative to the project. Large ones first, so that no long batch is left for the end; else in random order. */
export function batches(files: readonly string[], random: () => number): string[][] {
  const mixed = shuffle([...files], random);
  return [
    ...cut(
      mixed.filter((file) => LARGE.test(file)),
      LARGE_IN_A_BATCH,
    ),
    ...cut(
      mixed.filter((file) => !LARGE.test(file)),
      SMALL_IN_A_BATCH,
    ),
  ];
}
