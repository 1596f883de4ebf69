import { expect } from 'chai';
import fc from 'fast-check';
import { Timeline } from './timeline.ts';

interface Thing {
  id: string;
  created_at: number;
  state: number;
}

const EVER = { from: 0, to: 1_000, count: 100, skip: 0 };

describe('a timeline', () => {
  it('pages like a plain filter, sort and slice would, at any moment of the past', () => {
    const put = fc.record({ key: fc.nat(12), created_at: fc.nat(9), after: fc.nat(3) });
    const query = fc.record({ from: fc.nat(9), to: fc.nat(9), count: fc.integer({ min: 1, max: 5 }), skip: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 30 }), query, fc.nat(60), (puts, asked, asOf) => {
        const timeline = new Timeline<Thing>();
        const seen: { at: number; thing: Thing }[] = [];
        let now = 0;
        puts.forEach(({ key, created_at, after }, state) => {
          now += after;
          const id = String(key);
          const thing = { id, created_at: timeline.get(id)?.created_at ?? created_at, state };
          timeline.put(thing, now);
          seen.push({ at: now, thing });
        });
        const arrival = [...new Set(seen.map(({ thing }) => thing.id))];
        const expected = arrival
          .flatMap((id) => seen.findLast(({ at, thing }) => thing.id === id && at <= asOf)?.thing ?? [])
          .filter(({ created_at }) => created_at >= asked.from && created_at <= asked.to)
          .reverse()
          .sort((a, b) => b.created_at - a.created_at)
          .slice(asked.skip, asked.skip + asked.count);
        expect(timeline.page(asked, asOf)).to.deep.equal(expected);
      }),
    );
  });

  it('shows a changed thing in its earlier state and a new one not at all while the list lags', () => {
    const timeline = new Timeline<Thing>();
    timeline.put({ id: 'a', created_at: 1, state: 1 }, 100);
    timeline.put({ id: 'a', created_at: 1, state: 2 }, 200);
    timeline.put({ id: 'b', created_at: 2, state: 1 }, 200);
    expect(timeline.page(EVER, 199)).to.deep.equal([{ id: 'a', created_at: 1, state: 1 }]);
    expect(timeline.page(EVER, 200).map(({ id, state }) => id + state)).to.deep.equal(['b1', 'a2']);
    expect(timeline.get('a')?.state).to.equal(2);
  });

  it('forgets a thing for good', () => {
    const timeline = new Timeline<Thing>();
    timeline.put({ id: 'a', created_at: 1, state: 1 }, 0);
    timeline.forget('a');
    expect(timeline.get('a')).to.equal(undefined);
    expect(timeline.page(EVER, 1)).to.deep.equal([]);
    expect(timeline.size).to.equal(0);
  });
});
