/** The key that makes two payments the same student's. Pure. */
import type { StudentDetails } from './fields.ts';

/** Without case, dashes and blanks. Marks stay: the vowel signs of Indian scripts are some. */
export const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

/** Normalised roll number and college (`21CS042|EXAMPLEINSTITUTE`); null without a roll number. */
export function studentKey(details: StudentDetails): string | null {
  const roll = folded(details.roll_number ?? '');
  return roll === '' ? null : `${roll}|${folded(details.college_name ?? '')}`;
}

/** The key of a further ticket for the same student, which a person allowed: one of this payment's own. */
export const furtherKey = (key: string, paymentId: string): string => `${key}#${paymentId}`;

/** Whether `stored` is this student's key, or that of a further ticket of theirs. */
export const isStudents = (stored: string | null, key: string): boolean =>
  stored === key || stored?.startsWith(`${key}#`) === true;

/** The keys of a student's further tickets, as a range of text. */
export const furtherKeys = (key: string) => ({ $gte: `${key}#`, $lt: `${key}$` });

/** The roll number in a key. */
export const rollOf = (key: string): string => key.split('|')[0] as string;

/** The keys of this roll number at any college, further tickets too, as a range of text. */
export function keysOfRoll(key: string) {
  const roll = rollOf(key);
  return { $gte: `${roll}|`, $lt: `${roll}}` };
}
