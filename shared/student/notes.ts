/** Reading a student's details out of notes, whatever the keys were called. Pure. */
import type { Note } from '../razorpay/facts.ts';
import { oneLine } from '../text.ts';
import { type Aliases, normalisedKey } from './aliases.ts';
import { NOTE_FIELDS, type NoteField } from './fields.ts';

/** What people and programs write when they have nothing to say. */
const NOTHING = new Set(['n/a', 'null', 'undefined', 'none', 'nil']);
const LONGEST = 256;

/** One line that shows as it reads, cut between characters. Text that says nothing (dashes, dots) becomes undefined. */
export function cleaned(value: string): string | undefined {
  // Half of a character is no text that a store or a mail could keep.
  const cut = oneLine(value.normalize('NFC'))
    .slice(0, LONGEST)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
  return /[\p{L}\p{N}]/u.test(cut) && !NOTHING.has(cut.toLowerCase()) ? cut : undefined;
}

export type NoteFields = Partial<Record<NoteField, string>>;

/** The fields that these notes give, by our names. */
export function noteFields(notes: readonly Note[], aliases: Aliases): NoteFields {
  const byKey = new Map<string, string>();
  for (const { key, value } of notes) {
    const text = cleaned(value);
    const name = normalisedKey(key);
    if (text !== undefined && !byKey.has(name)) byKey.set(name, text);
  }
  const fields: NoteFields = {};
  for (const field of NOTE_FIELDS) {
    const alias = aliases[field].find((candidate) => byKey.has(candidate));
    if (alias !== undefined) fields[field] = byKey.get(alias) as string;
  }
  const names = [byKey.get('firstname'), byKey.get('lastname') ?? byKey.get('surname')].filter(
    (part) => part !== undefined,
  );
  if (fields.name === undefined && names.length > 0) fields.name = names.join(' ');
  return fields;
}

/** Which fields these notes have a key for, also where the values were stripped. */
export function noteFieldNames(notes: readonly Note[], aliases: Aliases): Set<NoteField> {
  const keys = new Set(notes.map(({ key }) => normalisedKey(key)));
  const named = new Set(NOTE_FIELDS.filter((field) => aliases[field].some((alias) => keys.has(alias))));
  if (keys.has('firstname') || keys.has('lastname') || keys.has('surname')) named.add('name');
  return named;
}
