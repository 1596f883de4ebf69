/** Users as the API answers them, with the names of their clubs. Never the password. */
import type { z } from 'zod';
import type { UserDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { clubNames } from '../clubs/present.ts';
import type { userAnswer } from './user-schema.ts';

export type UserAnswer = z.input<typeof userAnswer>;

export async function presentUsers(store: Store, users: UserDoc[]): Promise<UserAnswer[]> {
  const clubOf = await clubNames(store, users);
  return users.map((user) => ({
    id: user._id,
    username: user.username,
    email: user.email ?? null,
    full_name: user.full_name ?? null,
    role: user.role,
    club_id: user.club_id ?? null,
    club: clubOf(user),
    disabled: user.disabled,
    created_at: user.created_at.toISOString(),
    created_by: user.created_by,
  }));
}

export const presentUser = async (store: Store, user: UserDoc): Promise<UserAnswer> =>
  (await presentUsers(store, [user]))[0] as UserAnswer;
