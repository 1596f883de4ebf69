/** An attendee's fields as clients and spreadsheets call them, and as the details call them. Pure. */
import { usableAddress } from '../../../shared/student/address.ts';
import type { DetailChanges, StudentField } from '../../../shared/student/fields.ts';
import { cleaned } from '../../../shared/student/notes.ts';
import type { Fault } from '../http/validate.ts';

export const FIELDS = {
  name: 'name',
  email: 'email',
  roll_number: 'roll_number',
  branch: 'department',
  year: 'year_of_study',
  section: 'section',
  phone: 'phone',
  gender: 'gender',
  college_name: 'college_name',
  emergency_contact_number: 'emergency_contact_number',
} as const satisfies Record<string, StudentField>;
export type Field = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as Field[];

/** What is given: null or "" clears. */
export type Given = { [F in Field]?: string | null | undefined };

/** The same by the details' names; what says nothing ("-", "n/a") is null. */
export function detailsOf(given: Given): DetailChanges {
  const details: DetailChanges = {};
  for (const field of FIELD_NAMES) {
    const value = given[field];
    if (value !== undefined) details[FIELDS[field]] = value === null ? null : (cleaned(value) ?? null);
  }
  return details;
}

/** What cannot be: nobody's name, an address that no mail server takes. By the clients' names. */
export function faultsOf(given: Given): Fault[] {
  const { name, email } = detailsOf(given);
  return [
    ...(name === null ? [{ field: 'name', message: 'must say who it is' }] : []),
    ...(email && usableAddress(email) === null ? [{ field: 'email', message: 'must be an e-mail address' }] : []),
  ];
}
