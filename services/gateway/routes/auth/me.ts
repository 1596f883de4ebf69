import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { ROLES } from '../../../../shared/store/documents.ts';
import { clubNames } from '../../clubs/present.ts';
import { clubName } from '../../clubs/schema.ts';
import { route } from '../../http/route.ts';

const answer = z
  .strictObject({
    id: z.int(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    role: z.enum(ROLES),
    club: clubName.nullable().describe('The club this user belongs to.'),
  })
  .meta({ id: 'Me' });

export const me = route({
  id: 'me',
  method: 'GET',
  path: '/api/auth/me',
  tag: 'auth',
  summary: 'Who am I',
  access: 'any',
  answers: {
    200: {
      description: 'The signed-in user.',
      schema: answer,
      example: { id: 1, username: 'admin', email: null, full_name: null, role: 'admin', club: null },
    },
  },
  async handle({ user, gateway: { store } }) {
    const found = await store.users.findById(user.id).lean();
    if (!found) throw new Problem(401, { detail: 'this user is gone; sign in again' });
    const { username, email, full_name, role } = found;
    const club = (await clubNames(store, [found]))(found);
    return {
      status: 200,
      body: { id: user.id, username, email: email ?? null, full_name: full_name ?? null, role, club },
    };
  },
});
