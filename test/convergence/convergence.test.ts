/**
 * P1 to P5 on whole histories: the store in the end is what Razorpay's final state says (model.ts), whatever became of
 * the webhooks. `TEST_SEED` and `TEST_PATH`, printed with a failure, replay it.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { scaled } from '../profile.ts';
import { startWorld, until, type World } from '../world.ts';
import { standingClock } from './clock.ts';
import { openToRevoked } from './gate.ts';
import { type Chapter, chapter } from './history.ts';
import { KNOWN } from './known.ts';
import { openTheatre, type Played, play, type Theatre } from './play.ts';
import { openPostOffice } from './post-office.ts';
import { casesOf, review } from './review.ts';
import { twins, unlikeTwins } from './twins.ts';

const ROUNDS = scaled({ quick: 8, long: 14 });
const SIDE = 12;
const CHAPTERS = scaled({ quick: 4, long: 80 });
/** Each history of a chapter in four ways. */
const TWINS = scaled({ quick: 2, long: 40 });
/** A sweep asks for all that its world was ever paid: after so many chapters a new one begins. */
const CHAPTERS_IN_A_WORLD = 8;
const WITHIN_MS = scaled({ quick: 180_000, long: 3 * 3_600_000 });

describe('histories', () => {
  let world: World;
  let theatre: Theatre;
  let chapters = 0;
  async function open() {
    const clock = standingClock();
    world = await startWorld({}, { simulated: { now: clock.now } });
    theatre = await openTheatre(world, clock, await openPostOffice(world));
  }
  async function close() {
    await theatre?.close();
    await world?.stop();
  }
  before(async function () {
    this.timeout(120_000);
    await open();
  });
  after(close);

  /** Plays it, sweeps once, and waits for what the model says. `strictly`: also where two changes fall within a second. */
  async function converges(chapter: Chapter, patienceMs = 20_000, strictly = false): Promise<Played[]> {
    if (chapters++ === CHAPTERS_IN_A_WORLD) {
      await close();
      await open();
      chapters = 1;
    }
    const { played, blurred, deliverLate } = await play(theatre, chapter);
    const sweep = async () => {
      const swept = await theatre.sweep();
      expect(swept, JSON.stringify(swept)).to.include({ success: true, complete: true });
      await theatre.quiet();
    };
    await sweep();
    const none = (found: string[]) => found.length === 0;
    await until(() => review(theatre, played), none, 'what the model says', patienceMs);
    await deliverLate();
    await theatre.quiet();
    const isBlurred = (one: string) => !strictly && blurred.has(Number(/^history (\d+)/.exec(one)?.[1]));
    const settled = (found: string[]) => found.every(isBlurred);
    const what = 'what the model says, after late webhooks';
    const left = await until(() => review(theatre, played), settled, what, patienceMs);
    if (left.length > 0) {
      await sweep();
      await until(() => review(theatre, played), none, 'what the model says, after one more sweep', patienceMs);
    }
    expect(await openToRevoked(theatre, played)).to.deep.equal([]);
    return played;
  }

  async function always(
    shape: fc.Arbitrary<Chapter>,
    runs: number,
    told: (chapter: Chapter) => Chapter,
    holds: (played: Played[]) => Promise<void> = async () => undefined,
  ) {
    const seed = Number(process.env.TEST_SEED);
    let patienceMs = 20_000;
    const property = fc.asyncProperty(shape, async (chapter) => {
      try {
        await holds(await converges(told(chapter), patienceMs));
      } catch (error) {
        // It is being made smaller from now on, which takes minutes.
        const { message } = error as Error;
        const [, at] = /history (\d+)/.exec(message) ?? [];
        const steps = at === undefined ? '' : `\nIts steps: ${JSON.stringify(told(chapter).histories[Number(at)])}`;
        if (patienceMs > 5_000) console.log(`A history failed (TEST_SEED=${seed}): ${message.slice(0, 2_000)}${steps}`);
        patienceMs = 5_000;
        throw error;
      }
    });
    const path = process.env.TEST_PATH;
    const run = await fc.check(property, {
      seed,
      numRuns: runs,
      interruptAfterTimeLimit: WITHIN_MS,
      ...(path !== undefined && { path, endOnFailure: true }),
    });
    if (!run.failed) return;
    const replay = `TEST_SEED=${seed} TEST_PATH=${run.counterexamplePath} make test FILES=test/convergence/convergence.test.ts`;
    throw new Error(
      `${JSON.stringify(run.counterexample)}\n${(run.errorInstance as Error | null)?.message}\nReplay: ${replay}`,
    );
  }

  it('that once ended wrong do so no more', async () => {
    for (const chapter of KNOWN) await converges(chapter, 20_000, true);
  }).timeout(WITHIN_MS);

  it('end in what Razorpay’s final state says, whatever became of the webhooks', async () => {
    // Without bias: the first chapters would be small ones.
    await always(fc.noBias(chapter(ROUNDS, SIDE)), CHAPTERS, (chapter) => chapter);
  }).timeout(2 * WITHIN_MS);

  it('come to the same in any order, with any of their webhooks, and with none', async () => {
    await always(fc.noBias(chapter(ROUNDS, SIDE / 4)), TWINS, twins, async (played) => {
      const unlike = unlikeTwins(played, await casesOf(theatre, played));
      if (unlike.length > 0) throw new Error(unlike.join('\n'));
    });
  }).timeout(2 * WITHIN_MS);
});
