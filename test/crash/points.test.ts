import { expect } from 'chai';
import { scaled } from '../profile.ts';
import { generator, shuffle, testSeed } from '../run/random.ts';
import type { Point } from './failure-points.ts';
import { type Lane, startLane } from './lane.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { pointsOf, recordSteps, show, type Tried, tryPoint } from './try-point.ts';
import type { VictimName } from './victim.ts';

/** They mostly wait for a restart. */
const LANES: VictimName[] = scaled({
  quick: ['ticketing', 'ticketing', 'ingest'],
  long: ['ticketing', 'ticketing', 'ticketing', 'ingest'],
});
/** Tried at every point each time; of the others, `make test` takes a few points of a few that change from run to run. */
const ALWAYS = ['a payment', 'a full refund', 'a webhook'];
const OTHERS: Record<VictimName, number> = scaled({
  quick: { ticketing: 2, ingest: 1 },
  long: { ticketing: 99, ingest: 99 },
});
const POINTS = scaled({ quick: 8, long: 999 });
/** A death by accident of timing is no death at the point: it is tried again. */
const TRIES = 3;

/** Steps that are known to be there: a recording that misses one of these records nothing. */
const KNOWN: Record<string, string[]> = {
  'a payment': [
    'payments.findOneAndUpdate join',
    'attendees.insertOne',
    'activity_logs.insertMany',
    'mails.updateOne _id,attendee_id,event_id,payment_id state=owed',
    'payments.updateOne pending,pending_since,settling,attempts',
    'bus.ack',
    'mails.findOneAndUpdate state,lease state=sending',
    'mails.updateOne lease,state,to,sent_at state=sent',
    ...['smtp.recipient', 'smtp.data', 'smtp.kept'],
  ],
  'a full refund': ['attendees.findOneAndUpdate live,ticket.revoked_at,ticket.revoked_reason', 'bus.ack', 'smtp.kept'],
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
  this.timeout(scaled({ quick: 600_000, long: 3_600_000 }));
  const random = generator(`${testSeed()}:crash`);
  const lanes: Lane[] = [];
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

  async function all(lane: Lane, queue: Scenario[]): Promise<void> {
    for (let scenario = queue.shift(); scenario; scenario = queue.shift()) {
      const { title } = scenario;
      const recorded = await recordSteps(lane, scenario).catch((cause: unknown) => {
        throw new Error(`${title}: ${(cause as Error).message}`, { cause });
      });
      steps.set(title, recorded);
      for (const point of pointsToTry(scenario, recorded)) results.push(await one(lane, scenario, point));
    }
  }

  before(async () => {
    const queues = chosen();
    await Promise.all(
      LANES.map(async (name) => {
        const queue = queues.get(name) ?? [];
        if (queue.length === 0) return;
        const lane = await startLane(name);
        lanes.push(lane);
        await all(lane, queue);
      }),
    );
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
    expect(those(({ died }) => !died)).to.deep.equal([]);
    for (const [title, recorded] of steps) expect(recorded, title).to.include.members(KNOWN[title] ?? []);
    if (!process.env.CRASH_ONLY) expect([...steps.keys()]).to.include.members(ALWAYS);
  });

  it('doubles a mail only where its server had it and we had not marked it, and then does', () => {
    const mark = 'mails.updateOne lease,state,to,sent_at state=sent';
    const inside = ({ point: { label, when } }: Result) =>
      label === 'smtp.kept' || (label === mark && when === 'before');
    expect(those((one) => inside(one) && one.died && one.doubled.length === 0)).to.deep.equal([]);
    expect(those((one) => one.doubled.length > 1)).to.deep.equal([]);
  });
});
