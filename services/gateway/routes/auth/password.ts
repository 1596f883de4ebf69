import { z } from 'zod';
import { record } from '../../../../shared/audit/index.ts';
import { Problem } from '../../../../shared/http/problem.ts';
import { newPassword } from '../../auth/user-schema.ts';
import { replacePassword } from '../../auth/users.ts';
import { route } from '../../http/route.ts';
import { faulty } from '../../http/validate.ts';
import { token, tokenExample } from './login.ts';

const body = z.strictObject({ current_password: z.string().min(1).max(1_000), new_password: newPassword });

export const changePassword = route({
  id: 'changePassword',
  method: 'PUT',
  path: '/api/auth/password',
  tag: 'auth',
  summary: 'Change my password',
  description:
    'Needs the current one, so that a token alone is not enough. Ends every session of this user, and answers a new one.',
  access: 'any',
  body: { schema: body, example: { current_password: 'correct horse battery', new_password: 'staple, then a pony' } },
  answers: { 200: { description: 'Changed, and signed in anew.', schema: token, example: tokenExample } },
  problems: {
    422: 'The current password is wrong, or everybody would guess the new one.',
    429: 'Too many tries; see Retry-After.',
  },
  async handle({ body: { current_password, new_password }, user, gateway, address, correlationId }) {
    const { store } = gateway;
    const told = (action: 'login.failed' | 'user.changed', facts: Record<string, unknown>) =>
      record(store, [
        { action, actor: user.username, subject: `user:${user.id}`, correlation_id: correlationId, facts },
      ]);
    const found = await gateway.checkPassword(user.username, current_password, address);
    if (!found || !(await replacePassword(gateway, found, new_password))) {
      await told('login.failed', { at: 'password' });
      throw faulty(422, [{ field: 'current_password', message: 'is wrong' }]);
    }
    await told('user.changed', { fields: ['password'] });
    const signedIn = await gateway.signIn(user.username, new_password, address);
    if (!signedIn) throw new Problem(401, { detail: 'the password was changed once more; sign in again' });
    return { status: 200, body: signedIn };
  },
});
