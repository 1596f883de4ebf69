/** The making and changing of users. One is never deleted: the trail speaks of them. */
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { createNumbered } from '../../../shared/store/counters.ts';
import type { UserDoc } from '../../../shared/store/documents.ts';
import { duplicateFields, isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Gateway } from '../gateway.ts';
import type { Acting } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import type { NewUser, UserChange } from './user-schema.ts';
import { refuseWeak } from './weak-passwords.ts';

/** `Asha` and `asha` are one user. */
export const usernameKey = (name: string): string => name.toLowerCase();

/** @throws Problem 422 for an organizer without a club, and for a club that there is not */
async function refuseMembership(store: Store, { role, club_id }: Pick<UserDoc, 'role' | 'club_id'>): Promise<void> {
  if (club_id != null && !(await store.clubs.exists({ _id: club_id })))
    throw faulty(422, [{ field: 'club_id', message: `there is no club ${club_id}` }]);
  if (role === 'organizer' && club_id == null)
    throw faulty(422, [{ field: 'club_id', message: 'is needed: an organizer runs the events of a club' }]);
}

function tell(action: 'user.created' | 'user.changed', id: number, facts: Record<string, unknown>, by: Acting) {
  const { gateway, user, correlationId } = by;
  return record(gateway.store, [
    { action, actor: user.username, subject: `user:${id}`, correlation_id: correlationId, facts },
  ]);
}

/** @throws Problem 409 when the username is taken, 422 */
export async function createUser(input: NewUser, by: Acting): Promise<UserDoc> {
  const { store, passwords } = by.gateway;
  refuseWeak('password', input.password, input.username);
  await refuseMembership(store, { role: input.role, club_id: input.club_id ?? null });
  const hash = await passwords.hash(input.password);
  try {
    const user = await createNumbered<UserDoc>(store, 'users', store.users, (_id) => ({
      _id,
      username: input.username,
      username_key: usernameKey(input.username),
      email: input.email ?? null,
      full_name: input.full_name || null,
      password: hash,
      role: input.role,
      club_id: input.club_id ?? null,
      disabled: input.disabled ?? false,
      created_at: new Date(),
      created_by: by.user.username,
    }));
    await tell('user.created', user._id, { role: user.role, club_id: user.club_id }, by);
    return user;
  } catch (error) {
    const taken = isDuplicateKey(error) && duplicateFields(error).includes('username_key');
    throw taken ? faulty(409, [{ field: 'username', message: 'is taken' }]) : error;
  }
}

const isAdmin = ({ role, disabled }: Pick<UserDoc, 'role' | 'disabled'>) => role === 'admin' && !disabled;

const adminRemains = async (store: Store): Promise<boolean> =>
  (await store.users.exists({ role: 'admin', disabled: false })) !== null;

/** @throws Problem 404, 409, 422 */
async function refuseChange(before: UserDoc, change: UserChange, { gateway, user }: Acting): Promise<void> {
  const { username, password, role = before.role, club_id, disabled = before.disabled } = change;
  if (username !== undefined && username !== before.username)
    throw faulty(422, [{ field: 'username', message: `stays ${before.username}: the trail names people by it` }]);
  if (isAdmin(before) && !isAdmin({ role, disabled }) && user.id === before._id)
    throw new Problem(409, { detail: 'another administrator must disable you or change your role' });
  if (password !== undefined) refuseWeak('password', password, before.username);
  // Whoever has no club from earlier days is not asked for one by a change of something else.
  if (change.role !== undefined || club_id !== undefined)
    await refuseMembership(gateway.store, {
      role,
      club_id: (club_id === undefined ? before.club_id : club_id) ?? null,
    });
}

/**
 * Changes a user. A new role, club or password, or disabling, signs that user out everywhere: first the user is changed,
 * then the sessions go, and a sign-in in between looks at the user again.
 * @throws Problem 404, 409, 422
 */
export async function changeUser(id: number, change: UserChange, by: Acting): Promise<UserDoc> {
  const { store, passwords } = by.gateway;
  const before = await store.users.findById(id).lean<UserDoc>();
  if (!before) throw new Problem(404, { detail: `there is no user ${id}` });
  await refuseChange(before, change, by);
  const { username: _, password: plain, full_name, ...fields } = change;
  const set = {
    ...fields,
    ...(full_name !== undefined && { full_name: full_name || null }),
    ...(plain !== undefined && { password: await passwords.hash(plain) }),
  };
  const user = await store.users
    .findOneAndUpdate({ _id: id }, { $set: set }, { returnDocument: 'after' })
    .lean<UserDoc>();
  if (!user) throw new Problem(404, { detail: `there is no user ${id}` });
  // Two administrators who disable each other at the same moment both get here: then neither is.
  if (isAdmin(before) && !isAdmin(user) && !(await adminRemains(store))) {
    await store.users.updateOne({ _id: id }, { $set: { role: before.role, disabled: before.disabled } });
    throw new Problem(409, { detail: 'one administrator must remain' });
  }
  const all = plain !== undefined || user.disabled;
  const otherwise = { $or: [{ role: { $ne: user.role } }, { club_id: { $ne: user.club_id ?? null } }] };
  await store.sessions.deleteMany({ user_id: id, ...(all ? {} : otherwise) });
  await tell('user.changed', id, { fields: Object.keys(change) }, by);
  return user;
}

/**
 * A user's own new password, in place of the one that was just checked. Signs that user out everywhere. False: the old one
 * is no longer what it was.
 * @throws Problem 422 for a password that everybody would guess
 */
export async function replacePassword({ store, passwords }: Gateway, user: UserDoc, plain: string): Promise<boolean> {
  refuseWeak('new_password', plain, user.username);
  const { matchedCount } = await store.users.updateOne(
    { _id: user._id, password: user.password, disabled: false },
    { $set: { password: await passwords.hash(plain) } },
  );
  if (matchedCount === 0) return false;
  await store.sessions.deleteMany({ user_id: user._id });
  return true;
}
