/** Reads one of Razorpay's lists to its end, page by page; `cursor.ts` decides where the end is. */
import { createHash } from 'node:crypto';
import { isUnreadable, type ListQuery, PAGE, type Page, type UnreadableItem } from '../razorpay/client.ts';
import { type Entry, startAt, step } from './cursor.ts';
import type { Window } from './window.ts';

/** The list contradicts itself: what was read of it proves nothing. */
export class InconsistentList extends Error {
  override readonly name = 'InconsistentList';
}

export interface ListOptions {
  /** False for a list that takes no times. */
  byTime?: boolean;
}

function entryOf(item: { id: string; created_at?: number | null | undefined } | UnreadableItem): Entry {
  const { created_at = null } = item;
  if (!isUnreadable(item)) return { id: item.id, created_at };
  const id =
    item.id ??
    createHash('sha256')
      .update(JSON.stringify(item.raw) ?? '')
      .digest('hex');
  return { id, created_at };
}

/**
 * Yields pages until the list was seen whole. Entries may come twice.
 * @throws InconsistentList, and whatever `ask` throws
 */
export async function* readList<T extends { id: string; created_at?: number | null | undefined }>(
  ask: (query: ListQuery) => Promise<Page<T>>,
  { from, to }: Window,
  { byTime = true }: ListOptions = {},
): AsyncGenerator<Page<T>, void, void> {
  let cursor = startAt(from, to, byTime);
  for (;;) {
    const page = await ask({ from: cursor.from, to: cursor.to, skip: cursor.skip });
    const what = step(cursor, page.items.map(entryOf), PAGE);
    if (what.kind === 'inconsistent') throw new InconsistentList(`Razorpay's list is inconsistent: ${what.reason}`);
    yield page;
    if (what.kind === 'end') return;
    cursor = what.cursor;
  }
}
