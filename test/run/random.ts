/** The seed of a run and what is drawn from it: in the environment, so that every process and module sees the same one. */
import { randomInt } from 'node:crypto';

export function testSeed(env: NodeJS.ProcessEnv = process.env): string {
  env.TEST_SEED ||= String(randomInt(1, 1_000_000));
  return env.TEST_SEED;
}

/** mulberry32: small, and the same everywhere. */
export function generator(text: string): () => number {
  let state = [...text].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In place (Fisher–Yates). */
export function shuffle<T>(list: T[], random: () => number): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}
