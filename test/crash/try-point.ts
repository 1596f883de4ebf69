/** One try: a scenario, a death in it, a restart, and nothing more but time and one sweep. */
import { until } from '../world.ts';
import type { Point } from './failure-points.ts';
import { type Lane, LOOK_MS, SMTP } from './lane.ts';
import { brokenPromises, type Expected, openGates, repeats } from './promises.ts';
import type { Scenario } from './scenarios.ts';

/** Of time, at each look, ms. */
const TICK_MS = 60_000;
const WITHIN_MS = 90_000;

export const show = ({ label, nth, when }: Point): string => `${when} ${label} #${nth}`;

/** What came of it. `died`: where it said that it died. */
export interface Tried {
  died: boolean;
  faults: string[];
  doubled: string[];
}

async function settles(lane: Lane, expected: readonly Expected[], alive: () => boolean): Promise<string[]> {
  try {
    await until(
      async () => {
        if (!alive()) return [];
        await lane.timePasses(TICK_MS);
        return await brokenPromises(lane.world, expected);
      },
      (faults) => faults.length === 0,
      'the promises',
      WITHIN_MS,
      LOOK_MS,
    );
    return [];
  } catch {
    return await brokenPromises(lane.world, expected);
  }
}

/** Every step of a scenario in which nobody dies. */
export async function recordSteps(lane: Lane, scenario: Scenario): Promise<string[]> {
  await lane.revive();
  const { happens, expected } = await scenario.prepare(lane);
  if (scenario.fromStart) await lane.revive();
  else {
    await lane.quiet();
    await lane.arm(null);
  }
  const before = scenario.fromStart ? { writes: 0, commands: 0 } : await lane.victim().steps();
  await happens();
  const faults = await settles(lane, expected, () => true);
  await lane.quiet();
  const { steps, writes, commands } = await lane.victim().steps();
  if (faults.length > 0) throw new Error(`without any death: ${faults.join('; ')}`);
  // A write that went past the seam would be no point.
  if (!scenario.fromStart && commands - before.commands > writes - before.writes)
    throw new Error(`the driver sent ${commands - before.commands} writes, the seam saw ${writes - before.writes}`);
  const smtp = scenario.victim === 'ticketing' ? lane.smtpSteps() : [];
  return [...steps, ...smtp.map((step) => `${SMTP}${step}`)];
}

/** The points of these steps: before and after each. At the mail server they lie between. */
export function pointsOf(steps: readonly string[]): Point[] {
  const seen = new Map<string, number>();
  return steps.flatMap((label): Point[] => {
    const nth = (seen.get(label) ?? 0) + 1;
    seen.set(label, nth);
    if (label.startsWith(SMTP)) return [{ label, nth, when: 'after' }];
    return [
      { label, nth, when: 'before' },
      { label, nth, when: 'after' },
    ];
  });
}

/** Lets the victim die at `point`, and looks at what becomes of it all. */
export async function tryPoint(lane: Lane, scenario: Scenario, point: Point): Promise<Tried> {
  const { happens, expected } = await scenario.prepare(lane);
  if (scenario.fromStart) await lane.revive(point);
  else {
    await lane.quiet();
    await lane.arm(point);
  }
  const victim = lane.victim();
  await happens();
  await settles(lane, expected, () => !victim.isGone());
  if (!victim.isGone()) await until(() => victim.isGone(), Boolean, 'a late death', 500).catch(() => undefined);
  if (!victim.isGone()) {
    // What happens once in a process's life has happened: the next try needs a fresh one.
    await lane.quiet();
    await lane.revive();
    return { died: false, faults: [], doubled: [] };
  }
  const { said, signal } = await victim.gone;
  const died = signal === 'SIGKILL' && (point.label.startsWith(SMTP) || said.includes(`died ${show(point)}\n`));
  await lane.bury();
  await lane.revive();
  const faults: string[] = [];
  const [broken] = await Promise.all([
    settles(lane, expected, () => true),
    lane.sweep().catch((error: unknown) => void faults.push((error as Error).message)),
  ]);
  // Time alone may have kept them already; they hold after the sweep, and when all is quiet.
  faults.push(...broken);
  if (faults.length === 0) faults.push(...(await settles(lane, expected, () => true)));
  await lane.quiet();
  const { doubled, faults: tooMany } = await repeats(lane.world, expected, lane.window);
  faults.push(...tooMany, ...(await openGates(lane.world, expected)));
  return { died, faults, doubled };
}
