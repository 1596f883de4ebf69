import { z } from 'zod';
import { record } from '../../../../shared/audit/index.ts';
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
      schema: z.strictObject({ message: z.string() }).meta({ id: 'Message' }),
      example: { message: 'signed out' },
    },
  },
  async handle({ user, gateway: { store }, correlationId }) {
    await store.sessions.deleteOne({ _id: user.session });
    await record(store, [
      { action: 'logout', actor: user.username, subject: 'session', correlation_id: correlationId },
    ]);
    return { status: 200, body: { message: 'signed out' } };
  },
});
