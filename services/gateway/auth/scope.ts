/**
 * Whose events are whose. Every route and page about an event, an attendee or a payment goes through here: an admin sees
 * all, an organizer the own club's, staff those given to them. What one may not see is answered as if it were not there.
 */
import { Problem } from '../../../shared/http/problem.ts';
import type { EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { SignedIn } from '../http/route.ts';

/** Of a user, what decides. */
export type Viewer = Pick<SignedIn, 'id' | 'role' | 'club_id'>;

type Filter = Record<string, unknown>;

const NONE: Filter = { _id: { $in: [] } };

/** The filter of `events` that this user may see. */
export function eventScope({ id, role, club_id }: Viewer): Filter {
  if (role === 'admin') return {};
  if (role === 'staff') return { staff: id };
  return club_id === null ? NONE : { club_id };
}

/** The same for an event that is at hand. */
export function seesEvent({ id, role, club_id }: Viewer, event: Pick<EventDoc, 'club_id' | 'staff'>): boolean {
  if (role === 'admin') return true;
  if (role === 'staff') return event.staff?.includes(id) === true;
  return club_id !== null && event.club_id === club_id;
}

/** The filter of what carries a `club_id` (users): an organizer sees the own club's, staff none. */
export function clubScope({ role, club_id }: Viewer): Filter {
  if (role === 'admin') return {};
  return role === 'staff' || club_id === null ? NONE : { club_id };
}

const noSuchEvent = (id: number) => new Problem(404, { detail: `there is no event ${id}` });

/** @throws Problem 404, also where there is one that this user may not see */
export async function visibleEvent({ store }: { store: Store }, user: Viewer, id: number): Promise<EventDoc> {
  const event = await store.events.findOne({ $and: [{ _id: id }, eventScope(user)] }).lean<EventDoc>();
  if (!event) throw noSuchEvent(id);
  return event;
}

/**
 * The filter of whatever carries an `event_id` (payments, attendees, mails): what belongs to no event is for admins. To be
 * joined to other conditions by `$and`, as they may name an `event_id` too.
 */
export async function eventIdScope({ store }: { store: Store }, user: Viewer): Promise<Filter> {
  if (user.role === 'admin') return {};
  const events = await store.events.find(eventScope(user), { _id: 1 }).lean();
  return { event_id: { $in: events.map(({ _id }) => _id) } };
}

/** Whether this user may see what belongs to this event; null: to none. */
export async function seesEventId({ store }: { store: Store }, user: Viewer, id: number | null): Promise<boolean> {
  if (user.role === 'admin') return true;
  return id !== null && (await store.events.exists({ $and: [{ _id: id }, eventScope(user)] })) !== null;
}
