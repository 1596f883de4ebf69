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
  /** The least operations a slice is made of. */
  least: number;
  open(stage: Stage): Promise<Contest>;
}

export interface Sizes {
  /** Measured rounds; a slice of each side is one. */
  rounds: number;
  /** Thrown away. */
  warmUps: number;
  /** What a slice of the slower side should take. */
  sliceMs: number;
  /** Payments in the store where there should be many. */
  payments: number;
}

export const FULL: Sizes = { rounds: 24, warmUps: 3, sliceMs: 600, payments: 10_000 };
/** As little as shows that it works. */
export const SMOKE: Sizes = { rounds: 2, warmUps: 1, sliceMs: 1, payments: 60 };
