/** One's own account: who one is, and another password. */
import { z } from 'zod';
import type { Token } from '../../auth/sign-in.ts';
import { me } from '../../routes/auth/me.ts';
import { changePassword } from '../../routes/auth/password.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

interface Me {
  username: string;
  full_name: string | null;
  email: string | null;
  role: string;
  club: { name: string } | null;
}

export const accountPage = page({
  path: '/account',
  access: 'any',
  title: 'Your account',
  view: 'system/account',
  handle: async (call) => ({ me: (await answerOf<Me>(me, call)).body }),
});

export const changePasswordAction = action({
  path: '/account',
  access: 'any',
  form: z.strictObject({
    current_password: z.string().min(1, 'type your current password').max(1_000),
    new_password: z.string().max(1_000),
  }),
  shownBy: accountPage,
  async handle(call) {
    const { body } = await answerOf<Token>(changePassword, call, { body: call.body });
    call.session.begin(body);
    return goTo('/account', { tone: 'good', text: 'Your password is changed. Everywhere else you are signed out.' });
  },
});
