/** Who works at an event's door. Staff see the events given to them, and no others. */
import type { z } from 'zod';
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import type { EventDoc, UserDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { clubScope, eventScope, visibleEvent } from '../auth/scope.ts';
import type { Acting } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { laterThanBefore } from './later.ts';
import type { staffMember } from './schema.ts';

/** The people on an event's list, by id. */
export async function staffOf(store: Store, event: EventDoc): Promise<z.input<typeof staffMember>[]> {
  const ids = event.staff ?? [];
  if (ids.length === 0) return [];
  const users = await store.users
    .find({ _id: { $in: ids } })
    .sort({ _id: 1 })
    .lean<UserDoc[]>();
  return users.map(({ _id, username, full_name, role, disabled }) => ({
    id: _id,
    username,
    full_name: full_name ?? null,
    role,
    disabled,
  }));
}

/** Whoever is added has the role staff; an organizer adds people of the own club only. @throws Problem 422 */
async function refuseUnfit(ids: number[], event: EventDoc, { gateway, user }: Acting): Promise<void> {
  const added = ids.filter((id) => event.staff?.includes(id) !== true);
  if (added.length === 0) return;
  const fit = await gateway.store.users
    .find({ $and: [clubScope(user), { _id: { $in: added }, role: 'staff' }] }, { _id: 1 })
    .lean();
  const known = new Set(fit.map(({ _id }) => _id));
  const unfit = added.filter((id) => !known.has(id));
  const whose = user.role === 'admin' ? 'nobody of the role staff' : 'nobody of the role staff in your club';
  if (unfit.length > 0)
    throw faulty(
      422,
      unfit.map((id) => ({ field: String(ids.indexOf(id)), message: `user ${id} is ${whose}` })),
    );
}

/** Stored and told. Null: there is no such event, or `only` does not hold for it. */
async function save(
  id: number,
  ids: number[],
  { gateway, user, correlationId }: Acting,
  only: Record<string, unknown> = {},
): Promise<EventDoc | null> {
  const after = await gateway.store.events
    .findOneAndUpdate(
      { $and: [{ _id: id }, eventScope(user), only] },
      [{ $set: { staff: { $literal: ids }, updated_at: laterThanBefore() } }],
      { returnDocument: 'after', updatePipeline: true },
    )
    .lean<EventDoc>();
  if (!after) return null;
  gateway.eventFacts.forget(id);
  await record(gateway.store, [
    {
      action: 'event.staffed',
      actor: user.username,
      subject: `event:${id}`,
      event_id: id,
      correlation_id: correlationId,
      facts: { staff: ids },
    },
  ]);
  return after;
}

/** @throws Problem 404, 422 */
export async function setStaff(id: number, given: number[], by: Acting): Promise<EventDoc> {
  await refuseUnfit(given, await visibleEvent(by.gateway, by.user, id), by);
  const after = await save(id, [...new Set(given)], by);
  if (!after) throw new Problem(404, { detail: `there is no event ${id}` });
  return after;
}

const MAX_TRIES = 10;

/** Some more, some fewer: whoever else is on the list by then stays on it. @throws Problem 404, 409, 422 */
export async function changeStaff(
  id: number,
  { added, removed }: { added: number[]; removed: number[] },
  by: Acting,
): Promise<EventDoc> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const before = await visibleEvent(by.gateway, by.user, id);
    const ids = [...new Set([...(before.staff ?? []), ...added])].filter((one) => !removed.includes(one));
    await refuseUnfit(ids, before, by);
    const after = await save(id, ids, by, { updated_at: before.updated_at });
    if (after) return after;
  }
  throw new Problem(409, { detail: 'others are changing this event right now; try again' });
}
