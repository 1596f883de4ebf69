import { z } from 'zod';
import { record } from '../../../../shared/audit/index.ts';
import { Problem } from '../../../../shared/http/problem.ts';
import { changedUserBody, changeUser, presentUser, userAnswer, userExample } from '../../auth/users.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const changeUserRoute = route({
  id: 'changeUser',
  method: 'PUT',
  path: '/api/admin/users/{id}',
  tag: 'users',
  summary: 'Change a user',
  description: 'Any subset of fields. A new role, club or password, or disabling, signs that user out everywhere.',
  access: ['admin'],
  params: z.strictObject({ id: smallId('user') }),
  body: { schema: changedUserBody, example: { disabled: true } },
  answers: { 200: { description: 'The user as it is now.', schema: userAnswer, example: userExample } },
  problems: {
    409: 'Nobody takes their own administrator role away, so that one always remains.',
    422: 'Everybody would guess the password, or an organizer is left without a club, or there is no such club.',
  },
  async handle({ params: { id }, body, user: by, gateway: { store }, correlationId }) {
    if (id === by.id && (body.disabled === true || (body.role !== undefined && body.role !== 'admin')))
      throw new Problem(409, { detail: 'another administrator must disable you or change your role' });
    const user = await changeUser(store, id, body);
    await record(store, [
      {
        action: 'user.changed',
        actor: by.username,
        subject: `user:${id}`,
        correlation_id: correlationId,
        facts: { fields: Object.keys(body) },
      },
    ]);
    return { status: 200, body: presentUser(user) };
  },
});
