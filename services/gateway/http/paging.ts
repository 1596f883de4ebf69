/**
 * Lists by cursor: a plain array, and the next page in a Link header (RFC 8288). A page starts after the last row of the
 * one before by its sort key and id, so rows that come or go meanwhile neither repeat nor hide others.
 */
import { z } from 'zod';
import { wholeNumber } from './numbers.ts';
import type { Call } from './route.ts';

/** An id in a list's cursor: a number as it is, text in base64url. The key's 14 digits reach further than any date of ours. */
const CURSORS = { number: /^\.(\d{1,15})$/, text: /^(\d{1,14})?\.([\w-]{1,400})$/ };
type Ids = keyof typeof CURSORS;

const limit = wholeNumber(1, 1_000).default(200).describe('Rows a page.');
const cursor = (ids: Ids) =>
  z
    .string()
    .regex(CURSORS[ids], 'is not one of ours; follow the Link header, or start without one')
    .optional()
    .describe('From the Link header of the page before; opaque.');

/** The query of a list, by what its rows' ids are: a cursor that fits can be compared with them. */
export const paged = {
  byNumber: { limit, cursor: cursor('number') },
  byText: { limit, cursor: cursor('text') },
};

export const LINK = { Link: 'rel="next": the next page; absent on the last one.' };

/** The sort key (null where a row has none) and id of a page's last row. */
export interface Position {
  key: number | null;
  id: string | number;
}

export const encodeCursor = ({ key, id }: Position): string =>
  `${key ?? ''}.${typeof id === 'number' ? id : Buffer.from(id).toString('base64url')}`;

/** Of a cursor that the query's schema let through. */
export function decodeCursor(cursor: string | undefined, { ids }: Order): Position | null {
  if (cursor === undefined) return null;
  const [key, id] = cursor.split('.') as [string, string];
  return {
    key: key === '' ? null : Number(key),
    id: ids === 'number' ? Number(id) : Buffer.from(id, 'base64url').toString(),
  };
}

export interface Order {
  /** What the rows' ids are. */
  ids: Ids;
  /** The field sorted by first; ties go by `_id`, in the same direction. Undefined: by `_id` alone. */
  field?: string;
  direction: 1 | -1;
  /** The field is a date. */
  date?: true;
}

/** The filter for what comes after `last`. A row without the field sorts as the smallest, as in the store. */
export function after(last: Position | null, { field, direction, date }: Order): Record<string, unknown> {
  if (!last) return {};
  const beyond = direction === 1 ? '$gt' : '$lt';
  const id = { [beyond]: last.id };
  if (field === undefined) return { _id: id };
  if (last.key === null) {
    const tied = { [field]: null, _id: id };
    return direction === 1 ? { $or: [tied, { [field]: { $ne: null } }] } : tied;
  }
  const key = date ? new Date(last.key) : last.key;
  const later = [{ [field]: { [beyond]: key } }, { [field]: key, _id: id }];
  return { $or: direction === 1 ? later : [...later, { [field]: null }] };
}

export const sortOf = ({ field, direction }: Order): Record<string, 1 | -1> =>
  field === undefined ? { _id: direction } : { [field]: direction, _id: direction };

/** Cuts the extra row that was read to learn whether there is a next page, and makes the Link to it. */
export function page<T>(
  rows: readonly T[],
  limit: number,
  at: (row: T) => Position,
  asked: Call['asked'],
): { rows: T[]; headers: Record<string, string> } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: shown, headers: {} };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...asked.query, cursor: encodeCursor(at(last)) }))
    if (typeof value === 'string') query.set(name, value);
  return { rows: shown, headers: { Link: `<${asked.path}?${query}>; rel="next"` } };
}
