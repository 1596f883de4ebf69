import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { ROLES } from '../../../../shared/store/documents.ts';
import { route } from '../../http/route.ts';

const answer = z
  .strictObject({
    id: z.int(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    role: z.enum(ROLES),
    club: z.null().describe('The club this user belongs to; there are none yet.'),
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
    const body = { id: user.id, username, email: email ?? null, full_name: full_name ?? null, role, club: null };
    return { status: 200, body };
  },
});
