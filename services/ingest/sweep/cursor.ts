/**
 * Paging through one of Razorpay's lists, as a pure decision: which page next, or that this was the end. The lists have
 * no cursor and no total, and they move while they are read: late entries push others down, a page may come twice or
 * come short. A list is never called read to its end unless everything in it was seen (P7).
 *
 * segment  one `to`, read by `skip`. `skip` is the number of different ids the segment has brought so far, so that
 *          repeated and short pages lose nothing.
 * by time  after a full page sorted newest first, the next segment starts at that page's oldest second with skip 0:
 *          entries pushed down by late ones cannot be missed there. The second itself comes again, on purpose.
 * stall    a page that brings nothing new though there must be something: the list grew above it, so the segment is read
 *          from its top again; twice in a row, and the list is inconsistent and the sweep fails honestly.
 * end      only an empty page, where nothing must be.
 */

export interface Entry {
  id: string;
  /** Seconds; null where it cannot be read. */
  created_at: number | null;
}

export interface Cursor {
  from: number;
  to: number;
  skip: number;
  /** Ids that this segment has brought. */
  segment: ReadonlySet<string>;
  /** The oldest second so far, while pages are newest first; -Infinity once they were not. */
  lowest: number;
  byTime: boolean;
  /** This segment starts at a second of which entries are known: it cannot be empty. */
  overlaps: boolean;
  stalls: number;
}

export type Step =
  | { kind: 'next'; cursor: Cursor }
  | { kind: 'end' }
  /** The list contradicts itself; nothing may be concluded from it. */
  | { kind: 'inconsistent'; reason: string };

export const MAX_STALLS = 2;

/** `byTime: false` for a list that takes no `from` and `to`. */
export const startAt = (from: number, to: number, byTime = true): Cursor => ({
  from,
  to,
  skip: 0,
  segment: new Set(),
  lowest: to,
  byTime,
  overlaps: false,
  stalls: 0,
});

/** The seconds of a page that is newest first, none above `below`; null for any other page. */
function order(page: readonly Entry[], below: number): number[] | null {
  const seconds: number[] = [];
  for (const { created_at } of page) {
    if (created_at === null || created_at > (seconds.at(-1) ?? below)) return null;
    seconds.push(created_at);
  }
  return seconds;
}

const stalled = (cursor: Cursor, reason: string): Step =>
  cursor.stalls < MAX_STALLS
    ? { kind: 'next', cursor: { ...cursor, stalls: cursor.stalls + 1 } }
    : { kind: 'inconsistent', reason };

/** What to do after `page`, which was asked for with `cursor` and at most `count` entries. */
export function step(cursor: Cursor, page: readonly Entry[], count: number): Step {
  const { from, to, byTime } = cursor;
  if (page.length === 0)
    return cursor.overlaps && cursor.skip === 0 ? stalled(cursor, 'entries that were there are gone') : { kind: 'end' };
  if (byTime && page.some(({ created_at }) => created_at !== null && (created_at < from || created_at > to)))
    return { kind: 'inconsistent', reason: 'entries from outside the window' };
  if (page.length > count) return { kind: 'inconsistent', reason: 'more entries than asked for' };

  const segment = new Set(cursor.segment);
  for (const { id } of page) segment.add(id);
  if (segment.size === cursor.segment.size) {
    // Most likely a late entry at the top pushed known ones down here: the segment's first page shows it.
    return stalled({ ...cursor, skip: 0, lowest: to }, 'the same page again and again');
  }

  const sorted = order(page, cursor.lowest);
  const lowest = sorted === null ? Number.NEGATIVE_INFINITY : Math.min(...sorted);
  // A page of a single second tells nothing of the order; skipping on is right either way.
  if (byTime && page.length === count && sorted && lowest < Math.min(to, Math.max(...sorted)))
    return { kind: 'next', cursor: { ...startAt(from, lowest), overlaps: true } };
  return { kind: 'next', cursor: { ...cursor, segment, skip: segment.size, lowest, stalls: 0 } };
}
