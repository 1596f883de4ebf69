import { presentUser } from '../../auth/present-user.ts';
import { newUserBody, userAnswer, userExample } from '../../auth/user-schema.ts';
import { createUser } from '../../auth/users.ts';
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
      club_id: 1,
    },
  },
  answers: { 200: { description: 'The user, without the password.', schema: userAnswer, example: userExample } },
  problems: {
    409: 'The username is taken.',
    422: 'Everybody would guess the password, or an organizer is left without a club, or there is no such club.',
  },
  async handle(call) {
    const user = await createUser(call.body, call);
    return { status: 200, body: await presentUser(call.gateway.store, user) };
  },
});
