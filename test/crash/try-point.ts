/** One try: a scenario, a death in it, a restart, and nothing more but time and one sweep. */
import { until } from '../world.ts';
import type { Point } from './failure-points.ts';
import { type Lane, LOOK_MS, SMTP } from './lane.ts';
import { brokenPromises, type Expected, openGates, repeats } from './promises.ts';
import type { Scenario } from './scenarios.ts';
import type { Reply } from './victim.ts';

/** Of time, at each look, ms. */
const TICK_MS = 60_000;
/** Longer than a poll of recovery rests. */
const STEADY_MS = 700;
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

/** What was done once nothing is under way and no step has come for a while: some come after all is settled. */
async function steadySteps(lane: Lane): Promise<Reply> {
  let last = -1;
  await lane.quiet();
  return await until(
    () => lane.victim().steps(),
    ({ steps }) => {
      const steady = steps.length === last;
      last = steps.length;
      return steady;
    },
    'an end of the steps',
    60_000,
    STEADY_MS,
  );
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
  await happens();
  const faults = await settles(lane, expected, () => true);
  const { steps, writes, commands } = await steadySteps(lane);
  if (faults.length > 0) throw new Error(`without any death: ${faults.join('; ')}`);
  // A write that went past the seam would be no point.
  for (const collection of new Set(commands)) {
    const [sent, seen] = [commands, writes].map((all) => all.filter((one) => one === collection).length);
    if (Number(sent) > Number(seen)) throw new Error(`of ${sent} writes to ${collection} the seam saw ${seen}`);
  }
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

/** What a webhook told and was answered 200 for comes into the store, whatever became of who answered. */
async function lostWebhooks({ world: { razorpay, store } }: Lane, expected: readonly Expected[]): Promise<string[]> {
  const lost = await Promise.all(
    expected.map(async ({ id }) => {
      const answered = await razorpay.control<unknown[]>(
        `/deliveries?payment_id=${id}&event=payment.captured&state=delivered`,
      );
      const known = () => store.payments.exists({ _id: id, 'payment.value.status': { $in: ['captured', 'refunded'] } });
      if (answered.length === 0) return [];
      return until(known, (found) => found !== null, 'its capture', WITHIN_MS, LOOK_MS).then(
        () => [],
        () => [`the webhook of ${id} was answered 200 and is lost`],
      );
    }),
  );
  return lost.flat();
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
  if (!victim.isGone()) await Promise.race([victim.gone, steadySteps(lane)]);
  if (!victim.isGone()) {
    // What happens once in a process's life has happened: the next try needs a fresh one.
    await lane.quiet();
    await lane.revive();
    return { died: false, faults: [], doubled: [] };
  }
  const { said, signal } = await victim.gone;
  const died = signal === 'SIGKILL' && (point.label.startsWith(SMTP) || said.includes(`died ${show(point)}\n`));
  await lane.bury();
  const faults = scenario.victim === 'ingest' ? await lostWebhooks(lane, expected) : [];
  await lane.revive();
  // What ticketing let fall, bus and store remember: it takes no sweep.
  if (scenario.victim === 'ticketing')
    for (const fault of await settles(lane, expected, () => true)) faults.push(`before any sweep: ${fault}`);
  await lane.sweep().catch((error: unknown) => void faults.push((error as Error).message));
  faults.push(...(await settles(lane, expected, () => true)));
  await lane.quiet();
  const { doubled, faults: tooMany } = await repeats(lane.world, expected, lane.window);
  faults.push(...tooMany, ...(await openGates(lane.world, expected)));
  return { died, faults, doubled };
}
