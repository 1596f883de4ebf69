/** Measures a path beside its limit, slice by slice in turn, so that whatever else the machine does meets both alike. */
import type { Contest, Path, Run, Side, Sizes } from './path.ts';
import { operationsFor, rotated } from './rotation.ts';
import { percentiles, type Quartiles, quartiles } from './statistics.ts';

/** Of one side, over all rounds. */
export interface SideResult {
  /** Operations a second. */
  perSecond: Quartiles;
  /** User and system time of its process, an operation. */
  cpuMs: Quartiles;
  latencyMs?: { p50: number; p99: number };
}

export interface PathResult {
  name: string;
  /** Ours against the limit's of the same round, as the goal counts it. */
  ratio: Quartiles;
  met: boolean;
  rounds: number;
  /** In a slice. */
  operations: number;
  ours: SideResult;
  limit: SideResult;
  facts?: Record<string, number>;
}

interface Slice extends Run {
  cpuMs: number;
}

async function slice(side: Side, operations: number): Promise<Slice> {
  const before = await side.cpuMs();
  const run = await side.run(operations);
  return { ...run, cpuMs: (await side.cpuMs()) - before };
}

function told(slices: readonly Slice[], operations: number): SideResult {
  const latencies = slices.flatMap((one) => one.latencies ?? []);
  return {
    perSecond: quartiles(slices.map(({ ms }) => (operations * 1_000) / ms)),
    cpuMs: quartiles(slices.map(({ cpuMs }) => cpuMs / operations)),
    ...(latencies.length > 0 && { latencyMs: percentiles(latencies) }),
  };
}

/** Whether a median is what was aimed at. */
export function meets(
  { goal, cpuAtMostMs, factsAtMost = {} }: Pick<Path, 'goal' | 'cpuAtMostMs' | 'factsAtMost'>,
  ratio: number,
  cpuMs: number,
  facts: Record<string, number> = {},
): boolean {
  const reached = goal.of === 'rate' ? ratio >= goal.atLeast : ratio <= goal.atMost;
  const within = Object.entries(factsAtMost).every(([name, most]) => (facts[name] ?? Number.POSITIVE_INFINITY) <= most);
  return reached && within && (cpuAtMostMs === undefined || cpuMs <= cpuAtMostMs);
}

const SIDES = ['ours', 'limit'] as const;

/** @param step hears of each round, warm-ups included */
export async function measure(
  path: Path,
  contest: Contest,
  { rounds, withinMs, leastRounds, warmUps, warmUpsWithinMs, sliceMs }: Sizes,
  step: () => void = () => undefined,
): Promise<PathResult> {
  let operations = path.least;
  const warmUntil = performance.now() + warmUpsWithinMs;
  for (let round = 0; round < warmUps && (round === 0 || performance.now() < warmUntil); round++) {
    let slowest = 0;
    for (const side of rotated(SIDES, round)) slowest = Math.max(slowest, (await contest[side].run(operations)).ms);
    operations = operationsFor(sliceMs, operations, slowest, path.least);
    step();
  }
  const slices: Record<(typeof SIDES)[number], Slice[]> = { ours: [], limit: [] };
  const until = performance.now() + withinMs;
  for (let round = 0; round < rounds && (round < leastRounds || performance.now() < until); round++) {
    for (const side of rotated(SIDES, round)) slices[side].push(await slice(contest[side], operations));
    step();
  }
  const byTime = slices.ours.map(({ ms }, round) => ms / (slices.limit[round] as Slice).ms);
  const ratio = quartiles(path.goal.of === 'time' ? byTime : byTime.map((times) => 1 / times));
  const ours = told(slices.ours, operations);
  const facts = { ...contest.facts, ...(await contest.more?.(ours.perSecond.median)) };
  return {
    name: path.name,
    ratio,
    met: meets(path, ratio.median, ours.cpuMs.median, facts),
    rounds: byTime.length,
    operations,
    ours,
    limit: told(slices.limit, operations),
    ...(Object.keys(facts).length > 0 && { facts }),
  };
}
