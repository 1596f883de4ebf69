/** The event or the attendee at a door, for whoever works there. From the kept event: doors ask often. */
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import { seesEvent, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';

type Deps = Pick<Gateway, 'store' | 'eventFacts'>;

/** @throws Problem 404, also for one that this user does not work at */
export async function doorEvent({ eventFacts }: Pick<Deps, 'eventFacts'>, user: Viewer, id: number): Promise<EventDoc> {
  const event = await eventFacts.get(id);
  if (!event || !seesEvent(user, event)) throw new Problem(404, { detail: `there is no event ${id}` });
  return event;
}

/** @throws Problem 404 */
export async function visibleAttendee(
  { store, eventFacts }: Deps,
  user: Viewer,
  id: number,
): Promise<{ attendee: AttendeeDoc; event: EventDoc }> {
  const attendee = await store.attendees.findById(id).lean<AttendeeDoc>();
  const event = attendee && (await eventFacts.get(attendee.event_id));
  if (!attendee || !event || !seesEvent(user, event)) throw new Problem(404, { detail: `there is no attendee ${id}` });
  return { attendee, event };
}
