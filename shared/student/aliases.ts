/**
 * The alias table: how people and form builders spell our fields in notes. Keys are compared without case, spaces and
 * punctuation; the first alias in a row that has a value wins.
 */
import { NOTE_FIELDS, type NoteField } from './fields.ts';

export type Aliases = Readonly<Record<NoteField, readonly string[]>>;

const TABLE: Aliases = {
  name: ['name', 'student name', 'full name', 'participant name', 'attendee name', 'candidate name', 'your name'],
  roll_number: [
    'roll_number',
    'roll no',
    'roll',
    'rollnum',
    'usn',
    'prn',
    'reg no',
    'reg number',
    'registration no',
    'registration number',
    'register number',
    'enrolment no',
    'enrollment no',
    'enrolment number',
    'enrollment number',
    'admission no',
    'student id',
    'student roll number',
    'university roll number',
    'hall ticket no',
    'hall ticket number',
  ],
  college_name: [
    'college_name',
    'college',
    'institute',
    'institution',
    'institute name',
    'institution name',
    'university',
    'university name',
    'school',
    'campus',
  ],
  department: ['department', 'dept', 'branch', 'stream', 'discipline', 'department name', 'branch name'],
  phone: [
    'phone',
    'phone number',
    'phone no',
    'mobile',
    'mobile number',
    'mobile no',
    'contact',
    'contact number',
    'contact no',
    'whatsapp',
    'whatsapp number',
    'whatsapp no',
  ],
  emergency_contact_number: [
    'emergency_contact_number',
    'emergency contact',
    'emergency contact no',
    'emergency number',
    'emergency phone',
    'emergency no',
    'parent contact',
    'parent phone',
    'parent number',
    'guardian contact',
    'guardian phone',
    'guardian number',
  ],
  email: ['email', 'email id', 'email address', 'mail', 'mail id', 'student email'],
  year_of_study: ['year_of_study', 'year', 'study year', 'current year', 'academic year'],
  section: ['section', 'class section', 'division', 'sec'],
  gender: ['gender', 'sex'],
  event_id: ['event_id', 'event', 'event slug', 'event code'],
};

/** Case, spaces and punctuation do not count; letters of any script, with their marks, do. */
export const normalisedKey = (key: string): string =>
  key
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

const normalised = (table: Aliases): Aliases =>
  Object.fromEntries(NOTE_FIELDS.map((field) => [field, [...new Set(table[field].map(normalisedKey))]])) as never;

export const DEFAULT_ALIASES: Aliases = normalised(TABLE);

/**
 * Adds an operator's own aliases, written `roll_number=Seat No|Ticket No; college_name=Campus`.
 * @throws Error naming the part that cannot be read
 */
export function extendedAliases(text: string): Aliases {
  const table: Record<string, string[]> = Object.fromEntries(NOTE_FIELDS.map((field) => [field, [...TABLE[field]]]));
  for (const part of text.split(';').filter((piece) => piece.trim() !== '')) {
    const [field, list] = part.split(/=(.*)/s).map((piece) => piece.trim()) as [string, string | undefined];
    const known = Object.hasOwn(table, field) ? table[field] : undefined;
    if (!known) throw new Error(`"${field}" is no field of ours; the fields are ${NOTE_FIELDS.join(', ')}`);
    const added = list?.split('|').filter((alias) => normalisedKey(alias) !== '') ?? [];
    if (added.length === 0) throw new Error(`"${part.trim()}" names no alias; write ${field}=First Alias|Second Alias`);
    known.push(...added);
  }
  return normalised(table as unknown as Aliases);
}
