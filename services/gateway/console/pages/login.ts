/** Signing in and out by browser. */
import { z } from 'zod';
import { logIn, logOut } from '../../auth/log-in.ts';
import { action, goTo, page } from '../page.ts';
import { ownPath } from '../request.ts';

const next = z.string().max(2_000).optional();

export const loginPage = page({
  path: '/login',
  access: 'public',
  title: 'Sign in',
  view: 'login',
  query: z.looseObject({ next }),
  handle: ({ query, given }) => ({ next: ownPath(given ? given.values.next : query.next) ?? '' }),
});

export const loginAction = action({
  path: '/login',
  access: 'public',
  form: z.strictObject({
    username: z.string().min(1, 'type your username').max(200),
    password: z.string().min(1, 'type your password').max(1_000),
    next,
  }),
  shownBy: loginPage,
  async handle({ body, gateway, address, correlationId, session }) {
    session.begin(await logIn(gateway, body, { address, correlationId }));
    return goTo(ownPath(body.next) ?? '/');
  },
});

export const logoutAction = action({
  path: '/logout',
  access: 'any',
  async handle({ user, gateway, correlationId, session }) {
    await logOut(gateway, user, correlationId);
    session.end();
    return goTo('/login', { tone: 'info', text: 'You are signed out.' });
  },
});
