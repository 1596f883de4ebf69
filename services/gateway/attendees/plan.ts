/** What an uploaded list comes to beside who is there already. Pure. */
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { folded } from '../../../shared/student/key.ts';
import type { CsvRow, RowFault } from './csv.ts';
import { detailsOf, FIELD_NAMES, FIELDS, type Given } from './fields.ts';

export type Known = Pick<AttendeeDoc, '_id' | 'payment_id' | 'student_key' | 'details' | 'email'>;

export interface Plan {
  add: CsvRow[];
  /** With what differs alone: the rest may be corrected by others until its turn comes. */
  update: { row: number; attendee: Known; given: Given }[];
  /** Rows that say what is there, and those whose ticket was taken away: they get no other by being listed. */
  same: number[];
  faults: RowFault[];
}

const lower = (text: string | null | undefined): string => text?.trim().toLowerCase() ?? '';

/** By roll number; without one by address and name, as some families share an address. Null: by the name alone. */
function keyOf(roll: string | null | undefined, email: string | null | undefined, name: string | null | undefined) {
  const number = folded(roll ?? '');
  if (number !== '') return `roll ${number}`;
  return email ? `${lower(email)} ${lower(name)}` : null;
}

const keysOf = ({ student_key, details, email }: Known): (string | null)[] => [
  student_key ? `roll ${student_key.split('|')[0]}` : null,
  keyOf(null, email, details?.name),
];

/** Guests of whom there is neither roll number nor address, by name. It says less: each answers for one row. */
const nameOf = ({ payment_id, student_key, email, details }: Known): string | null =>
  payment_id || student_key || email ? null : lower(details?.name);

function grouped(there: readonly Known[], keys: (one: Known) => (string | null)[]): Map<string, Known[]> {
  const groups = new Map<string, Known[]>();
  for (const one of there)
    for (const key of keys(one)) if (key !== null) groups.set(key, [...(groups.get(key) ?? []), one]);
  return groups;
}

/** Who is in the row, of those who are there. */
function finder(there: readonly Known[]) {
  const known = grouped(there, keysOf);
  const guests = grouped(there, (one) => [nameOf(one)]);
  return (key: string | null, { name, email }: ReturnType<typeof detailsOf>): Known[] => {
    if (key === null) return guests.get(lower(name))?.splice(0, 1) ?? [];
    const found = known.get(key);
    if (found) return found;
    // A roll number that was not known when they were listed.
    const before = known.get(keyOf(null, email, name) ?? '')?.filter(({ student_key }) => !student_key);
    return before?.length === 1 ? before : [];
  };
}

/** The cells that say something else than is there. A download has the address that the mail goes to, maybe the payer's. */
function differing(given: Given, { details, email }: Known): Given {
  const said = detailsOf(given);
  const there = { ...details, email };
  const differ = FIELD_NAMES.filter((field) => said[FIELDS[field]] && said[FIELDS[field]] !== there[FIELDS[field]]);
  return Object.fromEntries(differ.map((field) => [field, given[field]]));
}

export function planUpload(rows: readonly CsvRow[], there: readonly Known[]): Plan {
  const find = finder(there);
  const first = new Map<string, number>();
  const plan: Plan = { add: [], update: [], same: [], faults: [] };
  for (const { row, given, ended } of rows) {
    if (ended) {
      plan.same.push(row);
      continue;
    }
    const details = detailsOf(given);
    const key = keyOf(details.roll_number, details.email, details.name);
    const before = key === null ? undefined : first.get(key);
    if (key !== null && before === undefined) first.set(key, row);
    const [field, message] = details.roll_number ? ['roll_number', 'roll number'] : ['email', 'name and address'];
    const found = before === undefined ? find(key, details) : [];
    const [attendee] = found;
    if (before !== undefined) plan.faults.push({ row, field, message: `has the ${message} of row ${before}` });
    else if (found.length > 1)
      plan.faults.push({
        row,
        field,
        message: `is the ${message} of ${found.length} attendees; change them one by one`,
      });
    else if (!attendee) plan.add.push({ row, given });
    else {
      const changed = differing(given, attendee);
      if (Object.keys(changed).length > 0) plan.update.push({ row, attendee, given: changed });
      else plan.same.push(row);
    }
  }
  return plan;
}
