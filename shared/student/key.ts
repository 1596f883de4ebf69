/** The key that makes two payments the same student's. Pure. */
import type { StudentDetails } from './fields.ts';

const folded = (text: string | undefined): string =>
  (text ?? '')
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Normalised roll number and college (`21CS042|EXAMPLEINSTITUTE`); null without a roll number. */
export function studentKey(details: StudentDetails): string | null {
  const roll = folded(details.roll_number);
  return roll === '' ? null : `${roll}|${folded(details.college_name)}`;
}
