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
  /** Whether pages were newest first so far; null: the list is not read by time, or it was not. */
  lowest: number | null;
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

/** Oldest and newest second of a page that is newest first, within [.., `below`]; null for any other page. */
function order(page: readonly Entry[], below: number): { oldest: number; newest: number } | null {
  let last = below;
  for (const { created_at } of page) {
    if (created_at === null || created_at > last) return null;
    last = created_at;
  }
  return { oldest: last, newest: page[0]?.created_at ?? last };
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
    const again = { ...cursor, skip: 0, lowest: cursor.lowest === null ? null : to };
    return stalled(again, 'the same page again and again');
  }

  const sorted = cursor.lowest === null ? null : order(page, cursor.lowest);
  // A page of a single second tells nothing of the order; skipping on is right either way.
  if (byTime && page.length === count && sorted && sorted.oldest < Math.min(to, sorted.newest))
    return {
      kind: 'next',
      cursor: { ...startAt(from, sorted.oldest), overlaps: true },
    };
  const lowest = sorted?.oldest ?? null;
  return { kind: 'next', cursor: { ...cursor, segment, skip: segment.size, lowest, stalls: 0 } };
}
