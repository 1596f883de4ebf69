import { expect } from 'chai';
import fc from 'fast-check';
import { measure, meets, type PathResult } from './measure.ts';
import type { Contest, Path, Side, Sizes } from './path.ts';
import { operationsFor, rotated } from './rotation.ts';
import { percentiles, quantile, quartiles } from './statistics.ts';
import { figure, goalText, table } from './table.ts';

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('what many measurements come to', () => {
  it('is within them, in order, whatever order they came in', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { q1, median, q3 } = quartiles(list);
        expect([Math.min(...list), q1, median, q3, Math.max(...list)]).to.satisfy((all: number[]) =>
          all.every((value, at) => at === 0 || value >= (all[at - 1] as number) - 1e-9),
        );
        expect(quartiles([...list].reverse())).to.deep.equal({ q1, median, q3 });
      }),
    );
  });
  it('is what a textbook says', () => {
    expect(quartiles([4, 1, 3, 2])).to.deep.equal({ q1: 1.75, median: 2.5, q3: 3.25 });
    expect(quartiles([7])).to.deep.equal({ q1: 7, median: 7, q3: 7 });
    expect(percentiles(Array.from({ length: 101 }, (_, n) => 100 - n))).to.deep.equal({ p50: 50, p99: 99 });
    expect(() => quantile([], 0.5)).to.throw('nothing was measured');
  });
});

describe('whose turn it is', () => {
  it('goes round: in as many rounds as there are sides, each was once at each place', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }), fc.nat(20), (sides, first) => {
        const rounds = sides.map((_, round) => rotated(sides, first + round));
        for (const place of sides.keys())
          expect(rounds.map((order) => order[place]).sort()).to.deep.equal([...sides].sort());
      }),
    );
    expect([0, 1, 2].map((round) => rotated(['a', 'b'], round).join(''))).to.deep.equal(['ab', 'ba', 'ab']);
  });
  it('takes as many operations as fill a slice, and never fewer than keep it busy', () => {
    expect(operationsFor(500, 100, 50, 64)).to.equal(1_000);
    expect(operationsFor(500, 100, 5_000, 64)).to.equal(64);
    expect(operationsFor(500, 100, 0, 64)).to.be.within(64, 1e9);
  });
});

const PATH: Path = {
  name: 'made-up',
  does: 'something',
  limit: 'less',
  goal: { of: 'rate', atLeast: 0.8 },
  least: 10,
  open: () => Promise.reject(new Error('not here')),
};
const SIZES: Sizes = {
  rounds: 4,
  withinMs: 60_000,
  leastRounds: 3,
  warmUps: 2,
  warmUpsWithinMs: 60_000,
  sliceMs: 100,
  steadyMs: 0,
  repeats: 0,
  crowd: 0,
  payments: 0,
};

/** A side that takes so long an operation, and half of it on the processor; `said` notes its turns. */
function side(name: string, msEach: (run: number) => number, said: string[]): Side {
  let cpu = 0;
  let runs = 0;
  return {
    async run(operations) {
      said.push(`${name} ${operations}`);
      const ms = operations * msEach(runs++);
      cpu += ms / 2;
      return { ms, latencies: [ms / operations] };
    },
    cpuMs: async () => cpu,
  };
}
const contest = (ours: (run: number) => number, limit: (run: number) => number) => {
  const said: string[] = [];
  const made: Contest = { ours: side('ours', ours, said), limit: side('limit', limit, said), close: async () => {} };
  return { said, made };
};

describe('measuring a path beside its limit', () => {
  it('warms up, then does the same amount on both sides, in turns, who was last being first', async () => {
    const { said, made } = contest(
      () => 2,
      () => 1,
    );
    let steps = 0;
    await measure(PATH, made, SIZES, () => steps++);
    expect(steps).to.equal(6);
    // 10 operations took 20 ms on the slower side: 50 fill 100 ms.
    expect(said.slice(0, 4)).to.deep.equal(['ours 10', 'limit 10', 'limit 50', 'ours 50']);
    const round = ['ours 50', 'limit 50', 'limit 50', 'ours 50'];
    expect(said.slice(4)).to.deep.equal([...round, ...round]);
  });

  it('tells rates, processor time and the ratio of each round; warm-ups count nowhere', async () => {
    // A slow start, then a machine that gets slower for both alike.
    const drift = (run: number) => (run < 2 ? 1_000 : run - 1);
    const { made } = contest(
      (run) => 2 * drift(run),
      (run) => drift(run),
    );
    const result = await measure(PATH, made, SIZES);
    expect(result.ratio).to.deep.equal({ q1: 0.5, median: 0.5, q3: 0.5 });
    expect(result.met).to.equal(false);
    expect(result.ours.perSecond.median).to.be.closeTo((1_000 / 4 + 1_000 / 6) / 2, 1e-9);
    expect(result.ours.cpuMs.median).to.equal(2.5);
    expect(result.limit.latencyMs?.p50).to.equal(2.5);
    expect(result.limit.latencyMs?.p99).to.be.closeTo(3.97, 1e-9);
  });

  it('warms up once at least, and no more when its time is over', async () => {
    const { said, made } = contest(
      () => 2,
      () => 1,
    );
    await measure(PATH, made, { ...SIZES, warmUps: 5, warmUpsWithinMs: 0 });
    expect(said.length).to.equal(2 + 2 * 4);
  });

  it('ends when its time is over, but not before the least rounds', async () => {
    const { made } = contest(
      () => 2,
      () => 1,
    );
    expect((await measure(PATH, made, { ...SIZES, withinMs: 0 })).rounds).to.equal(3);
    expect((await measure(PATH, made, SIZES)).rounds).to.equal(4);
  });

  it('turns the ratio round where time is the goal', async () => {
    const { made } = contest(
      () => 2,
      () => 1,
    );
    const { ratio, met } = await measure({ ...PATH, goal: { of: 'time', atMost: 2 } }, made, SIZES);
    expect([ratio.median, met]).to.deep.equal([2, true]);
  });

  it('meets a goal at its bound and on its good side only, processor time included', () => {
    expect([0.79, 0.8, 0.9].map((ratio) => meets({ goal: PATH.goal }, ratio, 1))).to.deep.equal([false, true, true]);
    const time = { goal: { of: 'time', atMost: 1.25 } } as const;
    expect([1.2, 1.25, 1.26].map((ratio) => meets(time, ratio, 1))).to.deep.equal([true, true, false]);
    expect([3, 3.1].map((cpu) => meets({ ...time, cpuAtMostMs: 3 }, 1, cpu))).to.deep.equal([true, false]);
    const waits = { ...time, factsAtMost: { p99_ms: 50 } };
    expect([{ p99_ms: 50 }, { p99_ms: 51 }, {}].map((facts) => meets(waits, 1, 1, facts))).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('measures what it is to measure besides when all turns are over, told our rate', async () => {
    const { made, said } = contest(
      () => 2,
      () => 1,
    );
    const more = async (perSecond: number) => ({ asked_at: perSecond, turns: said.length });
    const path = { ...PATH, goal: { of: 'time' as const, atMost: 2 }, factsAtMost: { asked_at: 500 } };
    const { facts, met } = await measure(path, { ...made, facts: { bytes: 7 }, more }, SIZES);
    expect(facts).to.deep.equal({ bytes: 7, asked_at: 500, turns: 12 });
    expect(met).to.equal(true);
    expect(goalText(path)).to.equal('≤ 2 × its time, asked_at ≤ 500');
  });
});

describe('the table', () => {
  it('has three digits that count', () => {
    expect([0.8732, 1, 12.34, 4567.8].map(figure)).to.deep.equal(['0.873', '1.00', '12.3', '4568']);
  });

  it('is Markdown, a row a result, in columns of one width', async () => {
    const { made } = contest(
      () => 2,
      () => 1,
    );
    const result: PathResult = await measure(PATH, made, SIZES);
    const lines = table([PATH], [result, { ...result, name: 'unknown' }]).split('\n');
    expect(lines).to.have.length(3);
    expect(new Set(lines.map(({ length }) => length)).size).to.equal(1);
    const cells = lines[2]?.split('|').map((cell) => cell.trim());
    expect(cells?.slice(1, 7)).to.deep.equal([
      'made-up',
      '0.500',
      '0.500 – 0.500',
      '≥ 0.8 × its rate',
      'missed',
      '500',
    ]);
  });
});
