/** Making and changing events: unique fields, exact history, and what follows a change. */
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { createNumbered } from '../../../shared/store/counters.ts';
import type { EventDoc } from '../../../shared/store/documents.ts';
import { duplicateFields, isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { type Viewer, visibleEvent } from '../auth/scope.ts';
import { isTimezone } from '../http/moments.ts';
import type { Acting } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { hastenSettling } from '../settling.ts';
import { changedEvent, eventFaults, newEvent } from './change.ts';
import type { EventChange, NewEvent } from './schema.ts';

const MAX_TRIES = 10;

function refuseFaults(event: EventDoc): void {
  const faults = eventFaults(event);
  if (faults.length > 0) throw faulty(422, faults);
}

/** The 409 for a unique field that is taken; null for any other error. */
function taken(error: unknown): Problem | null {
  if (!isDuplicateKey(error)) return null;
  const fields = duplicateFields(error).filter((field) => field !== '_id');
  if (fields.length === 0) return null;
  return faulty(
    409,
    fields.map((field) => ({ field, message: 'is taken by another event' })),
  );
}

/** Before any time is read in it. */
function refuseTimezone({ timezone }: EventChange): void {
  if (timezone !== undefined && !isTimezone(timezone))
    throw faulty(422, [{ field: 'timezone', message: 'must be an IANA timezone, like Asia/Kolkata' }]);
}

/** Which club an event belongs to is for admins to say; an organizer's are the own club's. @throws Problem 403, 422 */
async function refuseClub(store: Store, { club_id }: EventChange, user: Viewer): Promise<void> {
  if (club_id === undefined) return;
  if (user.role !== 'admin' && club_id !== user.club_id)
    throw new Problem(403, { detail: 'an event of another club, or of none, is for admins' });
  if (club_id !== null && !(await store.clubs.exists({ _id: club_id })))
    throw faulty(422, [{ field: 'club_id', message: `there is no club ${club_id}` }]);
}

/** An organizer's event is the own club's. @throws Problem 403, 409, 422 */
export async function createEvent(
  store: Store,
  asked: NewEvent,
  user: Viewer & { username: string },
): Promise<EventDoc> {
  refuseTimezone(asked);
  await refuseClub(store, asked, user);
  if (user.role !== 'admin' && user.club_id === null)
    throw new Problem(403, { detail: 'you belong to no club yet; ask an admin to give you one' });
  const input: NewEvent = user.role === 'admin' ? asked : { ...asked, club_id: user.club_id };
  const by = user.username;
  refuseFaults(newEvent(0, input, by, new Date()));
  try {
    return await createNumbered<EventDoc>(store, 'events', store.events, (id) => newEvent(id, input, by, new Date()));
  } catch (error) {
    throw taken(error) ?? error;
  }
}

/**
 * Changes an event by compare-and-set, so that two changes at once lose neither and the price history stays true.
 * @throws Problem 404, 409, 422
 */
export async function changeEvent(
  { store }: { store: Store },
  id: number,
  change: EventChange,
  user: Viewer,
): Promise<{ event: EventDoc; fields: string[] }> {
  refuseTimezone(change);
  await refuseClub(store, change, user);
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const before = await visibleEvent({ store }, user, id);
    const { event, fields } = changedEvent(before, change, new Date());
    refuseFaults(event);
    if (fields.length === 0) return { event: before, fields };
    try {
      const { _id, ...rest } = event;
      const done = await store.events.updateOne({ _id: id, updated_at: before.updated_at }, { $set: rest });
      if (done.matchedCount === 1) return { event, fields };
    } catch (error) {
      throw taken(error) ?? error;
    }
  }
  throw new Problem(409, { detail: 'others are changing this event right now; try again' });
}

/** The trail, and a hint to ticketing: what is held may go on. */
export async function afterSaving(
  action: 'event.created' | 'event.changed',
  event: EventDoc,
  fields: string[],
  { gateway, user, correlationId }: Acting,
): Promise<void> {
  gateway.eventFacts.forget(event._id);
  await record(gateway.store, [
    {
      action,
      actor: user.username,
      subject: `event:${event._id}`,
      event_id: event._id,
      correlation_id: correlationId,
      facts: { fields },
    },
  ]);
  await hastenSettling(gateway, { event_id: event._id }, correlationId);
}
