/**
 * What somebody changed in a form: its texts against those that it was opened with, so that a page which stood open
 * undoes nothing that others did meanwhile. Pure.
 */
import { z } from 'zod';

/** More than the longest of our forms has. */
const LONGEST = 100_000;

/** The hidden field (partials/was.hbs). It comes from outside: what cannot be what a page of ours wrote was not sent. */
export const openedField = z.string().max(LONGEST).optional().catch(undefined);

export type Texts = Readonly<Record<string, string>>;

/** What a form is opened with, as the hidden field carries it. */
export const opened = (texts: Texts): string => JSON.stringify(texts);

const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';

function readOpened(text: string | undefined): ReadonlyMap<string, string> | null {
  if (text === undefined) return null;
  try {
    const read: unknown = JSON.parse(text);
    const entries = typeof read === 'object' && !Array.isArray(read) ? Object.entries(read ?? {}) : [];
    return entries.length > 0 && entries.every(isText) ? new Map(entries as [string, string][]) : null;
  } catch {
    return null;
  }
}

/** A browser ends lines in its own way, and blanks around a text are nothing. */
const plain = (text: string): string => text.replaceAll(/\r\n?/g, '\n').trim();

/** The fields that were changed: since the form was opened or, where that was not sent, from what it shows `now`. */
export function changedFields<K extends string>(
  form: { readonly [name in K]?: string | undefined },
  was: string | undefined,
  now: Texts,
): { [name in K]?: string } {
  const before = readOpened(was);
  const changed = Object.entries<string | undefined>(form).flatMap(([name, value]) => {
    if (value === undefined || plain(value) === plain(before?.get(name) ?? now[name] ?? '')) return [];
    return [[name, plain(value)] as const];
  });
  return Object.fromEntries(changed) as { [name in K]?: string };
}

/** Of what a form makes, only this. */
export const only = <T extends object>(body: T, names: readonly string[]): Partial<T> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name))) as Partial<T>;

const TICKED = 'ticked';

/** Boxes have one name: what was ticked is one text. */
export const openedTicks = (ids: readonly number[]): string => opened({ [TICKED]: ids.join(' ') });

/** The boxes that were ticked and those that were cleared, in the same way. */
export function changedTicks(
  ticked: readonly number[],
  was: string | undefined,
  now: readonly number[],
): { added: number[]; removed: number[] } {
  const before = readOpened(was)?.get(TICKED)?.split(' ').filter(Boolean).map(Number) ?? now;
  return {
    added: ticked.filter((id) => !before.includes(id)),
    removed: before.filter((id) => !ticked.includes(id)),
  };
}
