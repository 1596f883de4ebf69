import { logOut } from '../../auth/log-in.ts';
import { message } from '../../http/message.ts';
import { route } from '../../http/route.ts';

export const logout = route({
  id: 'logout',
  method: 'POST',
  path: '/api/auth/logout',
  tag: 'auth',
  summary: 'Sign out',
  description: 'This token is dead from now on.',
  access: 'any',
  answers: {
    200: {
      description: 'Signed out.',
      schema: message,
      example: { message: 'signed out' },
    },
  },
  async handle({ user, gateway, correlationId }) {
    await logOut(gateway, user, correlationId);
    return { status: 200, body: { message: 'signed out' } };
  },
});
