/** The search at the door: somebody without a phone says a name or a roll number. */
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { folded } from '../../../shared/student/key.ts';

/** A queue waits: more than a screenful is asked for more exactly. */
const MOST = 20;

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Each word is part of the name or of the roll number, whose dashes and blanks do not count. */
export function personFilter(query: string): Record<string, unknown> {
  const words = query.split(/\s+/).filter((word) => word !== '');
  return {
    $and: words.map((word) => {
      const [name, roll] = [literal(word), folded(word)];
      return {
        $or: [
          { 'details.name': { $regex: name, $options: 'i' } },
          { 'details.roll_number': { $regex: name, $options: 'i' } },
          ...(roll === '' ? [] : [{ student_key: { $regex: `^[^|]*${roll}` } }]),
        ],
      };
    }),
  };
}

/** Who may come in first, then by name; those whose ticket was taken are told apart, not left out. */
export const findPeople = (store: Store, eventId: number, query: string): Promise<AttendeeDoc[]> =>
  store.attendees
    .find({ event_id: eventId, ...personFilter(query) })
    .sort({ live: -1, 'details.name': 1, _id: 1 })
    .limit(MOST)
    .lean<AttendeeDoc[]>()
    .exec();
