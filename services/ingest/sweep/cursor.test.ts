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

  it('takes no page from outside the window for granted, nor one that is longer than asked for', () => {
    const outside = { kind: 'inconsistent', reason: 'entries from outside the window' };
    for (const created_at of [TO + 1, FROM - 1]) {
      expect(step(startAt(FROM, TO), [{ id: 'p1', created_at }], COUNT)).to.deep.equal(outside);
      expect(step(startAt(FROM, TO), [...list([FROM, TO]), { id: 'p9', created_at }], COUNT)).to.deep.equal(outside);
    }
    expect(step(startAt(FROM, TO), list([TO, FROM]), COUNT).kind).to.equal('next');
    expect(step(startAt(0, 9, false), list([TO]), COUNT).kind).to.equal('next');
    const long = list(Array.from({ length: COUNT + 1 }, () => FROM));
    expect(step(startAt(FROM, TO), long, COUNT)).to.deep.equal({
      kind: 'inconsistent',
      reason: 'more entries than asked for',
    });
  });

  const next = (cursor: Cursor, page: readonly Entry[]) => {
    const what = step(cursor, page, COUNT);
    if (what.kind !== 'next') throw new Error(`it is ${what.kind}`);
    return what.cursor;
  };
  const descending = (newest: number, length = COUNT, prefix = 'p') =>
    list(
      Array.from({ length }, (_, n) => newest - n),
      prefix,
    );

  it('goes on by time after a full page that is newest first, and by skip after any other', () => {
    const byTime = { from: FROM, to: TO - COUNT + 1, skip: 0, byTime: true, overlaps: true, stalls: 0 };
    expect(next(startAt(FROM, TO), descending(TO))).to.include(byTime);
    const bySkip = { from: FROM, to: TO, skip: COUNT, byTime: true, overlaps: false, stalls: 0 };
    const page = descending(TO);
    const swapped = [page[1], page[0], ...page.slice(2)] as Entry[];
    const unknown = page.map((entry, n) => (n === 4 ? { ...entry, created_at: null } : entry));
    const single = list(Array.from({ length: COUNT }, () => TO - 5));
    for (const other of [swapped, [...page].reverse(), unknown, single])
      expect(next(startAt(FROM, TO), other)).to.include(bySkip);
    expect(next(startAt(FROM, TO, false), page)).to.include({ ...bySkip, byTime: false });
    expect(next(startAt(FROM, TO), page.slice(1))).to.include({ ...bySkip, skip: COUNT - 1 });
  });

  it('reads by skip to its end a segment in which a page was out of order', () => {
    const odd = next(startAt(FROM, TO), [...descending(TO)].reverse());
    expect(next(odd, descending(TO - 20, COUNT, 'q'))).to.include({ to: TO, skip: 2 * COUNT });
    // In order, but for what comes above the page before it.
    const short = next(startAt(FROM, TO), descending(TO - 10, 3));
    expect(next(short, descending(TO, COUNT, 'q'))).to.include({ to: TO, skip: COUNT + 3 });
    expect(next(short, descending(TO - 20, COUNT, 'q'))).to.include({ to: TO - 20 - COUNT + 1, skip: 0 });
  });

  it('reads a segment from its top again when a page brings nothing new', () => {
    const short = next(startAt(FROM, TO), descending(TO - 10, 3));
    const again = next(short, descending(TO - 10, 3));
    expect(again).to.include({ skip: 0, to: TO, stalls: 1 });
    expect([...again.segment]).to.deep.equal(['p0', 'p1', 'p2']);
    // What pushed the others down is on top now.
    expect(next(again, descending(TO, COUNT, 'q'))).to.include({ to: TO - COUNT + 1, stalls: 0 });
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
    expect(step(cursor, page, COUNT)).to.include({ reason: 'the same page again and again' });
  });

  it('does not believe an empty page where entries were seen', () => {
    const page = Array.from({ length: COUNT }, (_, n) => ({ id: `p${n}`, created_at: TO - n }));
    const what = step(startAt(FROM, TO), page, COUNT);
    if (what.kind !== 'next') throw new Error('it should go on');
    expect(what.cursor).to.include({ to: TO - COUNT + 1, skip: 0, overlaps: true });
    expect(step(what.cursor, [], COUNT).kind).to.equal('next');
    expect(step({ ...what.cursor, stalls: 2 }, [], COUNT)).to.deep.equal({
      kind: 'inconsistent',
      reason: 'entries that were there are gone',
    });
    expect(step({ ...what.cursor, skip: 3 }, [], COUNT).kind).to.equal('end');
    expect(step(startAt(FROM, TO), [], COUNT).kind).to.equal('end');
  });
});
