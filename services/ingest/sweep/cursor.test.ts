/**
 * The promise: a list is never called read to its end unless everything was seen that was in it from the beginning;
 * whatever Razorpay does to its pages meanwhile.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { type Cursor, type Entry, startAt, step } from './cursor.ts';

const COUNT = 10;
const FROM = 1_000;
const TO = 1_060;

interface Late {
  /** Appears before this call. */
  call: number;
  entry: Entry;
}

interface Faults {
  /** Calls that bring the page before theirs once more. */
  repeats: number[];
  /** Calls that bring only part of their page. */
  short: number[];
  /** Entries that show up late, as Razorpay's lists do. */
  late: Late[];
}

/** Newest first, or oldest first; `to` and `from` are obeyed. */
function read(entries: Entry[], faults: Faults, newestFirst: boolean, byTime = true) {
  const seen = new Set<string>();
  let cursor: Cursor = byTime ? startAt(FROM, TO) : startAt(0, Number.MAX_SAFE_INTEGER, false);
  for (let call = 0; call < 2_000; call++) {
    const there = [...entries, ...faults.late.filter((late) => late.call <= call).map(({ entry }) => entry)];
    const list = there
      .filter(({ created_at }) => (created_at ?? 0) >= cursor.from && (created_at ?? 0) <= cursor.to)
      .sort((a, b) => {
        const age = (b.created_at ?? 0) - (a.created_at ?? 0);
        return (newestFirst ? age : -age) || (a.id < b.id ? -1 : 1);
      });
    const skip = faults.repeats.includes(call) ? Math.max(0, cursor.skip - COUNT) : cursor.skip;
    const page = list.slice(skip, skip + COUNT);
    const shown = faults.short.includes(call) ? page.slice(0, Math.ceil(page.length / 2)) : page;
    for (const { id } of shown) seen.add(id);
    const what = step(cursor, shown, COUNT);
    if (what.kind !== 'next') return { seen, calls: call + 1, end: what.kind };
    cursor = what.cursor;
  }
  throw new Error('it never ends');
}

const NONE: Faults = { repeats: [], short: [], late: [] };
const times = (max: number) => fc.array(fc.integer({ min: FROM, max: TO }), { maxLength: max });
const list = (seconds: number[], prefix = 'p'): Entry[] =>
  seconds.map((created_at, n) => ({ id: `${prefix}${n}`, created_at }));
const calls = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 4 });

describe('paging through a list of Razorpay’s', () => {
  it('sees everything and ends, whatever the creation times, newest or oldest first', () => {
    fc.assert(
      fc.property(times(120), fc.boolean(), fc.boolean(), (seconds, newestFirst, byTime) => {
        const { seen, end } = read(list(seconds), NONE, newestFirst, byTime);
        expect(end).to.equal('end');
        expect(seen.size).to.equal(seconds.length);
      }),
    );
  });

  it('never calls a list complete without having seen all of it, whatever happens to its pages', () => {
    const late = fc.array(
      fc.record({ call: fc.integer({ min: 1, max: 12 }), at: fc.integer({ min: FROM, max: TO }) }),
      {
        maxLength: 15,
      },
    );
    fc.assert(
      fc.property(times(80), calls, calls, late, fc.boolean(), (seconds, repeats, short, lates, newestFirst) => {
        const added = lates.map(({ call, at }, n) => ({ call, entry: { id: `late${n}`, created_at: at } }));
        const { seen, end } = read(list(seconds), { repeats, short, late: added }, newestFirst);
        if (end === 'end') for (const { id } of list(seconds)) expect(seen.has(id), `${id} was missed`).to.equal(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes on through more payments of one second than a page holds', () => {
    const { seen, end } = read(list(Array.from({ length: 57 }, () => FROM + 5)), NONE, true);
    expect(end).to.equal('end');
    expect(seen.size).to.equal(57);
  });

  it('needs one call more than there are pages', () => {
    expect(read([], NONE, true).calls).to.equal(1);
    expect(read(list([FROM, FROM + 1, FROM + 2]), NONE, true).calls).to.equal(2);
  });

  it('takes no page from outside the window for granted', () => {
    expect(step(startAt(FROM, TO), [{ id: 'p1', created_at: TO + 1 }], COUNT).kind).to.equal('inconsistent');
    expect(step(startAt(FROM, TO), [{ id: 'p1', created_at: FROM - 1 }], COUNT).kind).to.equal('inconsistent');
  });

  it('reads a list that grows at its top to its end, however short it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (known, grows, together) => {
          const entries = list(Array.from({ length: known }, (_, n) => TO - 10 - n));
          const late = Array.from({ length: grows }, (_, n) => ({
            call: together ? 1 : n + 1,
            entry: { id: `late${n}`, created_at: TO - n },
          }));
          const { seen, end } = read(entries, { ...NONE, late }, true);
          expect(end).to.equal('end');
          for (const { id } of entries) expect(seen).to.include(id);
        },
      ),
    );
  });

  it('gives up on a list that brings the same page for ever', () => {
    const page = list(Array.from({ length: COUNT }, () => FROM));
    let cursor = startAt(FROM, TO);
    const kinds: string[] = [];
    for (let n = 0; n < 5; n++) {
      const what = step(cursor, page, COUNT);
      kinds.push(what.kind);
      if (what.kind !== 'next') break;
      cursor = what.cursor;
    }
    expect(kinds).to.deep.equal(['next', 'next', 'next', 'inconsistent']);
  });

  it('does not believe an empty page where entries were seen', () => {
    const page = Array.from({ length: COUNT }, (_, n) => ({ id: `p${n}`, created_at: TO - n }));
    const what = step(startAt(FROM, TO), page, COUNT);
    if (what.kind !== 'next') throw new Error('it should go on');
    expect(what.cursor).to.include({ to: TO - COUNT + 1, skip: 0, overlaps: true });
    expect(step(what.cursor, [], COUNT).kind).to.equal('next');
    expect(step({ ...what.cursor, stalls: 2 }, [], COUNT).kind).to.equal('inconsistent');
  });
});
