/** Making, changing and disabling clubs. A club is never deleted: its events and the trail speak of it. */
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { createNumbered } from '../../../shared/store/counters.ts';
import type { ClubDoc } from '../../../shared/store/documents.ts';
import { duplicateFields, isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Acting } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import type { ClubChange, NewClub } from './schema.ts';

/** `Music Club` and `music  club` are one. */
const nameKey = (name: string): string => name.toLowerCase().replaceAll(/\s+/g, ' ');

/** The 409 for a name that is taken; null for any other error. */
const taken = (error: unknown): Problem | null =>
  isDuplicateKey(error) && duplicateFields(error).includes('name_key')
    ? faulty(409, [{ field: 'name', message: 'is taken by another club' }])
    : null;

function tell(action: 'club.created' | 'club.changed', id: number, fields: string[], by: Acting): Promise<void> {
  const { gateway, user, correlationId } = by;
  return record(gateway.store, [
    { action, actor: user.username, subject: `club:${id}`, correlation_id: correlationId, facts: { fields } },
  ]);
}

/** @throws Problem 404 */
export async function loadClub({ store }: { store: Store }, id: number): Promise<ClubDoc> {
  const club = await store.clubs.findById(id).lean<ClubDoc>();
  if (!club) throw new Problem(404, { detail: `there is no club ${id}` });
  return club;
}

/** @throws Problem 409 when the name is taken */
export async function createClub(input: NewClub, by: Acting): Promise<ClubDoc> {
  const { store } = by.gateway;
  const now = new Date();
  try {
    const club = await createNumbered<ClubDoc>(store, 'clubs', store.clubs, (_id) => ({
      _id,
      name: input.name,
      name_key: nameKey(input.name),
      description: input.description || null,
      email: input.email ?? null,
      phone: input.phone ?? null,
      active: input.active ?? true,
      created_at: now,
      created_by: by.user.username,
      updated_at: now,
    }));
    await tell('club.created', club._id, Object.keys(input), by);
    return club;
  } catch (error) {
    throw taken(error) ?? error;
  }
}

/** Whoever belongs to a club that is not active is signed out; admins never are. */
async function signMembersOut(store: Store, clubId: number): Promise<void> {
  const members = await store.users.find({ club_id: clubId, role: { $ne: 'admin' } }, { _id: 1 }).lean();
  await store.sessions.deleteMany({ user_id: { $in: members.map(({ _id }) => _id) } });
}

/**
 * Any subset of fields. One that stops being active signs its members out: first the club is changed, then the sessions
 * go, and a sign-in in between looks at the club again.
 * @throws Problem 404, 409 when the name is taken
 */
export async function changeClub(id: number, change: ClubChange, by: Acting): Promise<ClubDoc> {
  const { store } = by.gateway;
  const before = await loadClub(by.gateway, id);
  const { name, description, ...rest } = change;
  const set = {
    ...rest,
    ...(name !== undefined && { name, name_key: nameKey(name) }),
    ...(description !== undefined && { description: description || null }),
  };
  const fields = (Object.keys(change) as (keyof ClubChange)[]).filter((field) => {
    const value = (set as Partial<ClubDoc>)[field];
    return value !== before[field];
  });
  if (fields.length === 0) return before;
  try {
    const after = await store.clubs
      .findOneAndUpdate({ _id: id }, { $set: { ...set, updated_at: new Date() } }, { returnDocument: 'after' })
      .lean<ClubDoc>();
    if (!after) throw new Problem(404, { detail: `there is no club ${id}` });
    if (change.active === false) await signMembersOut(store, id);
    await tell('club.changed', id, fields, by);
    return after;
  } catch (error) {
    throw taken(error) ?? error;
  }
}
