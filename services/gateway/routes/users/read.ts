import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import type { UserDoc } from '../../../../shared/store/documents.ts';
import { presentUser } from '../../auth/present-user.ts';
import { userAnswer, userExample } from '../../auth/user-schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const readUser = route({
  id: 'readUser',
  method: 'GET',
  path: '/api/admin/users/{id}',
  tag: 'users',
  summary: 'One user',
  access: ['admin'],
  params: z.strictObject({ id: smallId('user') }),
  answers: { 200: { description: 'The user.', schema: userAnswer, example: userExample } },
  async handle({ params: { id }, gateway: { store } }) {
    const user = await store.users.findById(id).lean<UserDoc>();
    if (!user) throw new Problem(404, { detail: `there is no user ${id}` });
    return { status: 200, body: await presentUser(store, user) };
  },
});
