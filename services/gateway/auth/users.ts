/** Users: what the API says of one, and the making and changing of one. */
import { z } from 'zod';
import { Problem } from '../../../shared/http/problem.ts';
import { increase } from '../../../shared/store/counters.ts';
import { ROLES, type UserDoc } from '../../../shared/store/documents.ts';
import { duplicateFields, isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { line } from '../http/texts.ts';
import { faulty } from '../http/validate.ts';
import { hashPassword } from './password.ts';
import { refuseWeak } from './weak-passwords.ts';

const username = z
  .string()
  .regex(/^[\w.@-]{2,64}$/, 'must be 2 to 64 letters, digits or . _ @ -')
  .describe('2 to 64 letters, digits or . _ @ -');
/** Stricter than the usual: at most 64 characters before the @, and no label of the domain begins or ends with a dash. */
const ADDRESS =
  /^(?=[^@]{1,64}@)[A-Za-z0-9_'+-]+(\.[A-Za-z0-9_'+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const email = z.email({ pattern: ADDRESS, error: 'must be an e-mail address' }).max(254).nullable();
const fullName = line(200).nullable();
export const newPassword = z
  .string()
  .min(8, 'needs at least 8 characters')
  .max(256, 'may have at most 256 characters')
  .describe('422 where everybody would guess it.');
const role = z
  .enum(ROLES)
  .describe(
    'admin: everything; organizer: the own club’s events and their payments; staff: the door of the events given to them.',
  );
const clubId = z.int().positive().nullable().describe('The club this user belongs to; an organizer has one.');

export const newUserBody = z.strictObject({
  username,
  email: email.optional(),
  full_name: fullName.optional(),
  password: newPassword,
  role,
  club_id: clubId.optional(),
});

export const changedUserBody = z
  .strictObject({
    email: email.optional(),
    full_name: fullName.optional(),
    password: newPassword.optional(),
    role: role.optional(),
    club_id: clubId.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change')
  .meta({ minProperties: 1 });

export const userAnswer = z
  .strictObject({
    id: z.int(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    role: z.enum(ROLES),
    club_id: z.int().nullable(),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    created_by: z.string(),
  })
  .meta({ id: 'User' });

export const userExample = {
  id: 2,
  username: 'gate1',
  email: 'gate1@example.edu',
  full_name: 'Gate One',
  role: 'staff',
  club_id: null,
  disabled: false,
  created_at: '2026-11-01T04:30:00.000Z',
  created_by: 'admin',
};

/** Never the password. */
export const presentUser = (user: UserDoc): z.input<typeof userAnswer> => ({
  id: user._id,
  username: user.username,
  email: user.email ?? null,
  full_name: user.full_name ?? null,
  role: user.role,
  club_id: user.club_id ?? null,
  disabled: user.disabled,
  created_at: user.created_at.toISOString(),
  created_by: user.created_by,
});

const MAX_TRIES = 5;

/** `Asha` and `asha` are one user. */
export const usernameKey = (name: string): string => name.toLowerCase();

/** @throws Problem 422 for an organizer without a club, and for a club that there is not */
async function refuseMembership(store: Store, { role, club_id }: Pick<UserDoc, 'role' | 'club_id'>): Promise<void> {
  if (club_id != null && !(await store.clubs.exists({ _id: club_id })))
    throw faulty(422, [{ field: 'club_id', message: `there is no club ${club_id}` }]);
  if (role === 'organizer' && club_id == null)
    throw faulty(422, [{ field: 'club_id', message: 'is needed: an organizer runs the events of a club' }]);
}

/** @throws Problem 409 when the username is taken, 422 */
export async function createUser(store: Store, input: z.output<typeof newUserBody>, by: string): Promise<UserDoc> {
  refuseWeak('password', input.password, input.username);
  await refuseMembership(store, { role: input.role, club_id: input.club_id ?? null });
  const hash = await hashPassword(input.password);
  for (let tries = 1; ; tries++) {
    const user: UserDoc = {
      _id: await increase(store, 'users'),
      username: input.username,
      username_key: usernameKey(input.username),
      email: input.email ?? null,
      full_name: input.full_name || null,
      password: hash,
      role: input.role,
      club_id: input.club_id ?? null,
      disabled: false,
      created_at: new Date(),
      created_by: by,
    };
    try {
      await store.users.create(user);
      return user;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      if (duplicateFields(error).includes('username_key'))
        throw faulty(409, [{ field: 'username', message: 'is taken' }]);
      // The counter is behind the users, as after a restore from a backup: it catches up.
      if (tries === MAX_TRIES) throw error;
    }
  }
}

/**
 * Changes a user. A new role, club or password, or disabling, signs that user out everywhere: first the user is changed,
 * then the sessions go, and a sign-in in between looks at the user again.
 * @throws Problem 404, 422
 */
export async function changeUser(store: Store, id: number, input: z.output<typeof changedUserBody>): Promise<UserDoc> {
  const before = await store.users.findById(id).lean<UserDoc>();
  if (!before) throw new Problem(404, { detail: `there is no user ${id}` });
  // Whoever has no club from earlier days is not asked for one by a change of something else.
  if (input.role !== undefined || input.club_id !== undefined)
    await refuseMembership(store, {
      role: input.role ?? before.role,
      club_id: (input.club_id === undefined ? before.club_id : input.club_id) ?? null,
    });
  const { password: plain, ...fields } = input;
  if (plain !== undefined) refuseWeak('password', plain, before.username);
  const set = {
    ...fields,
    ...(fields.full_name !== undefined && { full_name: fields.full_name || null }),
    ...(plain !== undefined && { password: await hashPassword(plain) }),
  };
  const user = await store.users
    .findOneAndUpdate({ _id: id }, { $set: set }, { returnDocument: 'after' })
    .lean<UserDoc>();
  if (!user) throw new Problem(404, { detail: `there is no user ${id}` });
  if (plain !== undefined || input.role !== undefined || input.club_id !== undefined || input.disabled === true)
    await store.sessions.deleteMany({ user_id: id });
  return user;
}

/**
 * A user's own new password, in place of the one that was just checked. Signs that user out everywhere. False: the old one
 * is no longer what it was.
 * @throws Problem 422 for a password that everybody would guess
 */
export async function replacePassword(store: Store, user: UserDoc, plain: string): Promise<boolean> {
  refuseWeak('new_password', plain, user.username);
  const { matchedCount } = await store.users.updateOne(
    { _id: user._id, password: user.password, disabled: false },
    { $set: { password: await hashPassword(plain) } },
  );
  if (matchedCount === 0) return false;
  await store.sessions.deleteMany({ user_id: user._id });
  return true;
}
