/** Numbers in [0, 1); with a seed the same sequence every time, so that a failing run can be run again. */
export type Random = () => number;

/** Mulberry32: 32 bits of state are plenty for deciding which call fails. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
