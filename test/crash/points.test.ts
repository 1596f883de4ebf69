import { expect } from 'chai';
import { scaled } from '../profile.ts';
import { generator, shuffle, testSeed } from '../run/random.ts';
import { startPrivateMongo, withDatabase } from '../servers.ts';
import type { Point } from './failure-points.ts';
import { type Lane, startLane } from './lane.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { pointsOf, recordSteps, show, type Tried, tryPoint } from './try-point.ts';
import type { VictimName } from './victim.ts';

/** How many die side by side: they mostly wait for a restart. */
const LANES: Record<VictimName, number> = { ticketing: scaled({ quick: 2, long: 3 }), ingest: 1 };
/** Tried at every point each time; of the others, `make test` takes a few points of a few that change from run to run. */
const ALWAYS = ['a payment', 'a webhook'];
const OTHERS: Record<VictimName, number> = scaled({
  quick: { ticketing: 1, ingest: 1 },
  long: { ticketing: 99, ingest: 99 },
});
const POINTS = scaled({ quick: 4, long: 999 });
/** A death by accident of timing is no death at the point: it is tried again. */
const TRIES = 3;

const MARK = 'mails.updateOne trail,lease,state,sent_at state=sent';

/** Steps that are known to be there: a recording that misses one of these records nothing. */
const KNOWN: Record<string, string[]> = {
  'a payment': [
    'payments.findOneAndUpdate join',
    'attendees.insertOne',
    'activity_logs.insertMany',
    'mails.updateOne new state=owed',
    'payments.updateOne pending,pending_since,settling,attempts',
    'bus.ack',
    'mails.findOneAndUpdate state,lease state=sending',
    MARK,
    ...['smtp.recipient', 'smtp.data', 'smtp.kept'],
  ],
  'a full refund': [
    'attendees.findOneAndUpdate live,ticket.revoked_at,ticket.revoked_reason,changed_at',
    ...['bus.ack', 'smtp.kept'],
  ],
  'a webhook': ['bus.publish payments.observed'],
  'a scheduled sweep': [
    'schedules.findOneAndUpdate lease',
    'sweeps.insertOne',
    'bus.publish payments.observed',
    'payments.updateMany checked_at',
    'sweeps.updateOne state,error,counts,ended_at state=complete',
  ],
};

interface Result extends Tried {
  scenario: string;
  point: Point;
}

describe('a process that dies at any step (P6)', function () {
  this.timeout(scaled({ quick: 1_200_000, long: 3_600_000 }));
  const random = generator(`${testSeed()}:crash`);
  const lanes: Lane[] = [];
  let mongo: Awaited<ReturnType<typeof startPrivateMongo>>;
  let opened = 0;
  const steps = new Map<string, string[]>();
  const results: Result[] = [];

  /** Those of every time first, then others by chance. `CRASH_ONLY` names one, with all its points. */
  function chosen(): Map<VictimName, Scenario[]> {
    const only = process.env.CRASH_ONLY;
    const mixed = shuffle([...SCENARIOS], random);
    return new Map(
      (['ticketing', 'ingest'] as const).map((name) => {
        const own = mixed.filter(({ victim }) => victim === name);
        const always = own.filter(({ title }) => ALWAYS.includes(title));
        const others = own.filter(({ title }) => !ALWAYS.includes(title)).slice(0, OTHERS[name]);
        return [name, only ? own.filter(({ title }) => title === only) : [...always, ...others]];
      }),
    );
  }

  const pointsToTry = ({ title }: Scenario, recorded: string[]): Point[] => {
    const points = pointsOf(recorded);
    return ALWAYS.includes(title) || process.env.CRASH_ONLY ? points : shuffle(points, random).slice(0, POINTS);
  };

  async function one(lane: Lane, scenario: Scenario, point: Point): Promise<Result> {
    let tried: Tried = { died: false, faults: [], doubled: [] };
    for (let tries = 0; tries < TRIES && !tried.died && tried.faults.length === 0; tries++)
      tried = await tryPoint(lane, scenario, point);
    if (process.env.TEST_TRACE) console.log(scenario.title, '|', show(point), JSON.stringify(tried));
    return { ...tried, scenario: scenario.title, point };
  }

  /** To its end on all lanes, also when one fails: a lane is not to be stopped under its victims. */
  async function work<T>(own: readonly Lane[], queue: T[], of: (lane: Lane, one: T) => Promise<void>): Promise<void> {
    const ended = await Promise.allSettled(
      own.map(async (lane) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await of(lane, next);
      }),
    );
    for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  }

  async function all(name: VictimName, scenarios: Scenario[]): Promise<void> {
    if (scenarios.length === 0) return;
    const starting = Array.from({ length: LANES[name] }, async () => {
      const lane = await startLane(name, withDatabase(mongo.url, `lane_${++opened}`));
      lanes.push(lane);
      return lane;
    });
    const own = await Promise.all(starting);
    const points: [Scenario, Point][] = [];
    await work(own, [...scenarios], async (lane, scenario) => {
      const { title } = scenario;
      const recorded = await recordSteps(lane, scenario).catch((cause: unknown) => {
        throw new Error(`${title}: ${(cause as Error).message}`, { cause });
      });
      steps.set(title, recorded);
      points.push(...pointsToTry(scenario, recorded).map((point): [Scenario, Point] => [scenario, point]));
    });
    await work(own, points, async (lane, [scenario, point]) => {
      results.push(await one(lane, scenario, point));
    });
  }

  before(async () => {
    // Databases this large take long to drop.
    mongo = await startPrivateMongo();
    const ended = await Promise.allSettled([...chosen()].map(([name, scenarios]) => all(name, scenarios)));
    for (const name of ended) if (name.status === 'rejected') throw name.reason;
    const titles = [...steps].map(([title, recorded]) => `${title} (${recorded.length} steps)`);
    const doubled = results.reduce((sum, one) => sum + one.doubled.length, 0);
    console.log(`      ${results.length} deaths, ${doubled} mails twice, all inside the window; ${titles.join(', ')}`);
  });
  after(async () => {
    for (const lane of lanes) await lane.stop();
  });

  const those = (wanted: (result: Result) => boolean) =>
    results.filter(wanted).map(({ scenario, point, faults }) => `${scenario}, ${show(point)}: ${faults.join('; ')}`);

  it('leaves nothing that a restart, time and one sweep do not mend', () => {
    expect(those(({ faults }) => faults.length > 0)).to.deep.equal([]);
  });

  it('died at each step, of which there are all that are known', () => {
    // Some steps come once more by time, as a sweep's signs of life do: not every time.
    const missed = (again: boolean) => those(({ died, point }) => !died && point.nth > 1 === again);
    expect(missed(false)).to.deep.equal([]);
    expect(missed(true).length, missed(true).join('\n')).to.be.at.most(results.length / 10);
    for (const [title, recorded] of steps) expect(recorded, title).to.include.members(KNOWN[title] ?? []);
    if (!process.env.CRASH_ONLY) expect([...steps.keys()]).to.include.members(ALWAYS);
  });

  it('doubles a mail only where its server had it and we had not marked it, and then does', () => {
    const inside = ({ point: { label, when } }: Result) =>
      label === 'smtp.kept' || (label === MARK && when === 'before');
    expect(those((one) => inside(one) && one.died && one.doubled.length === 0)).to.deep.equal([]);
    expect(those((one) => one.doubled.length > 1)).to.deep.equal([]);
  });
});
