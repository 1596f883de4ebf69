/** The search at the door: somebody without a phone says a name or a roll number. */
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { folded } from '../../../shared/student/key.ts';
import { literal } from '../../../shared/text.ts';

/** A queue waits: more than a screenful is asked for more exactly. */
const MOST = 20;

/** More words than that make no name. */
export const MOST_WORDS = 8;

/** A word as part of the name or of the roll number, whose dashes and blanks do not count. Any of these. */
export function byNameOrRoll(word: string): Record<string, unknown>[] {
  const part = { $regex: literal(word), $options: 'i' };
  const roll = folded(word);
  return [
    { 'details.name': part },
    { 'details.roll_number': part },
    ...(roll === '' ? [] : [{ student_key: { $regex: `^[^|]*${roll}` } }]),
  ];
}

/** Every word must be found; no address or phone is looked at, as a door has no business with them. */
export const personFilter = (query: string): Record<string, unknown> => ({
  $and: query
    .trim()
    .split(/\s+/)
    .slice(0, MOST_WORDS)
    .map((word) => ({ $or: byNameOrRoll(word) })),
});

/** Who may come in first, then by name; those whose ticket was taken are told apart, not left out. */
export const findPeople = (store: Store, eventId: number, query: string): Promise<AttendeeDoc[]> =>
  store.attendees
    .find({ event_id: eventId, ...personFilter(query) })
    .sort({ live: -1, 'details.name': 1, _id: 1 })
    .limit(MOST)
    .lean<AttendeeDoc[]>()
    .exec();
