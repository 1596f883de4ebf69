import { record } from '../../../../shared/audit/index.ts';
import { createUser, newUserBody, presentUser, userAnswer, userExample } from '../../auth/users.ts';
import { route } from '../../http/route.ts';

export const createUserRoute = route({
  id: 'createUser',
  method: 'POST',
  path: '/api/admin/users',
  tag: 'users',
  summary: 'Make a user',
  access: ['admin'],
  body: {
    schema: newUserBody,
    example: {
      username: 'gate1',
      email: 'gate1@example.edu',
      full_name: 'Gate One',
      password: 'correct horse battery',
      role: 'staff',
    },
  },
  answers: { 200: { description: 'The user, without the password.', schema: userAnswer, example: userExample } },
  problems: {
    409: 'The username is taken.',
    422: 'Everybody would guess the password, or an organizer is left without a club, or there is no such club.',
  },
  async handle({ body, user: by, gateway: { store }, correlationId }) {
    const user = await createUser(store, body, by.username);
    await record(store, [
      {
        action: 'user.created',
        actor: by.username,
        subject: `user:${user._id}`,
        correlation_id: correlationId,
        facts: { role: user.role },
      },
    ]);
    return { status: 200, body: presentUser(user) };
  },
});
