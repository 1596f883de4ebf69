/** What a benchmark is: two sides that do the same, one of them only what cannot be avoided. */
import type { Stage } from '../process/stage.ts';

/** What came of some operations. */
export interface Run {
  /** How long all of them took together, ms. */
  ms: number;
  /** Of each, ms, where one operation can be told from the next. */
  latencies?: number[];
}

export interface Side {
  /** Does so many operations. @throws Error when one of them went wrong: a quick wrong answer is no measurement */
  run(operations: number): Promise<Run>;
  /** User and system time of the process under test since its start, ms. */
  cpuMs(): Promise<number>;
}

export interface Contest {
  ours: Side;
  limit: Side;
  /** More that was measured, by its name in the results: bytes of a picture. */
  facts?: Record<string, number>;
  /** More of that, measured when all turns are over. @param perSecond our rate, as it turned out */
  more?(perSecond: number): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * - rate: our operations a second, as a share of the limit's; at least this
 * - time: our time an operation, as a multiple of the limit's; at most this
 */
export type Goal = { of: 'rate'; atLeast: number } | { of: 'time'; atMost: number };

export interface Path {
  /** As in `make bench ONLY=…`. */
  name: string;
  /** What is done, in the words of the table. */
  does: string;
  limit: string;
  goal: Goal;
  /** Of ours, an operation. */
  cpuAtMostMs?: number;
  /** Of what was measured besides, by its name. */
  factsAtMost?: Record<string, number>;
  /** The least operations a slice is made of. */
  least: number;
  open(stage: Stage): Promise<Contest>;
}

export interface Sizes {
  /** Measured rounds; a slice of each side is one. */
  rounds: number;
  /** No further round is begun after so long, ms, once there are `leastRounds`. */
  withinMs: number;
  leastRounds: number;
  /** Thrown away; after the first no further one is begun after so long, ms. */
  warmUps: number;
  warmUpsWithinMs: number;
  /** What a slice of the slower side should take. */
  sliceMs: number;
  /** How long a steady load lasts. */
  steadyMs: number;
  /** How often something is done whose cost is told at each size of the store. */
  repeats: number;
  /** People who do the same at once. */
  crowd: number;
  /** Payments in the store where there should be many. */
  payments: number;
}

export const FULL: Sizes = {
  rounds: 24,
  withinMs: 25_000,
  leastRounds: 6,
  warmUps: 3,
  warmUpsWithinMs: 10_000,
  sliceMs: 600,
  steadyMs: 10_000,
  repeats: 40,
  crowd: 1_000,
  payments: 10_000,
};

/** As little as shows that it works. */
export const SMOKE: Sizes = {
  rounds: 1,
  withinMs: 0,
  leastRounds: 1,
  warmUps: 1,
  warmUpsWithinMs: 0,
  sliceMs: 1,
  steadyMs: 50,
  repeats: 2,
  crowd: 20,
  payments: 20,
};
