/** Which attendees are meant: filters, and whatever people type to find somebody. Pure. */
import { literal } from '../../../shared/text.ts';
import { byNameOrRoll, MOST_WORDS } from '../checkin/find-person.ts';

type Filter = Record<string, unknown>;

/** A phone by its last digits, with whatever stands between them. */
const phone = (digits: string) => new RegExp(`${[...digits.slice(-10)].join('[^0-9]*')}$`);

function byWord(word: string): Filter {
  const part = { $regex: literal(word), $options: 'i' };
  const digits = word.replaceAll(/\D/g, '');
  return {
    $or: [
      ...byNameOrRoll(word),
      { email: part },
      { 'details.email': part },
      ...(digits.length >= 4 && /^[\d+()-]+$/.test(word) ? [{ 'details.phone': phone(digits) }] : []),
    ],
  };
}

/** Every word is part of the name, the roll number or the address, or ends the phone number. */
export function attendeeSearch(typed: string): Filter {
  const text = typed.trim();
  // A number with blanks in it is one.
  if (/^\+?[\d\s()-]{8,}$/.test(text)) return byWord(text.replaceAll(/\s/g, ''));
  const words = text.split(/\s+/).slice(0, MOST_WORDS);
  return { $and: words.map(byWord) };
}

export interface AttendeeQuery {
  live?: boolean | undefined;
  checked_in?: boolean | undefined;
  branch?: string | undefined;
  year?: string | undefined;
  section?: string | undefined;
  search?: string | undefined;
}

/** Whole, in any case. */
const exactly = (value: string) => ({ $regex: `^${literal(value)}$`, $options: 'i' });

export const attendeeFilter = ({ live, checked_in, branch, year, section, search }: AttendeeQuery): Filter => ({
  ...(live !== undefined && { live }),
  ...(checked_in !== undefined && { checked_in_at: checked_in ? { $ne: null } : null }),
  ...(branch && { 'details.department': exactly(branch) }),
  ...(year && { 'details.year_of_study': exactly(year) }),
  ...(section && { 'details.section': exactly(section) }),
  ...(search?.trim() && attendeeSearch(search)),
});
