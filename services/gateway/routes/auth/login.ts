import { z } from 'zod';
import { record } from '../../../../shared/audit/index.ts';
import { Problem } from '../../../../shared/http/problem.ts';
import { usernameKey } from '../../auth/users.ts';
import { route } from '../../http/route.ts';

const body = z.strictObject({
  username: z.string().min(1).max(200),
  password: z.string().min(1).max(1_000),
  // What OAuth 2 clients send along; it changes nothing.
  grant_type: z.string().optional(),
  scope: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

export const token = z
  .strictObject({ access_token: z.string(), token_type: z.literal('bearer'), expires_in: z.int() })
  .meta({ id: 'Token' });
export const tokenExample = {
  access_token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl',
  token_type: 'bearer',
  expires_in: 43_200,
};

export const login = route({
  id: 'login',
  method: 'POST',
  path: '/api/auth/login',
  tag: 'auth',
  summary: 'Sign in',
  description: 'Takes JSON or a form. The token goes along as "Authorization: Bearer …".',
  access: 'public',
  body: { schema: body, types: ['form', 'json'], example: { username: 'admin', password: 'correct horse battery' } },
  answers: {
    200: {
      description: 'Signed in. `expires_in` is in seconds.',
      schema: token,
      example: tokenExample,
    },
  },
  problems: { 401: 'Username or password is wrong; which one is not told.', 429: 'Too many tries; see Retry-After.' },
  async handle({ body: { username, password }, gateway: { signIn, store, metrics }, address, correlationId }) {
    // What was typed as a username may be a password: the trail names an actor only once it is known to be one.
    const audit = (action: 'login.succeeded' | 'login.failed', actor: string) =>
      record(store, [{ action, actor, subject: 'session', correlation_id: correlationId }]);
    /** As the user is called, however the name was typed; a made-up one may be a password in the wrong field. */
    const named = async () =>
      (await store.users.findOne({ username_key: usernameKey(username) }, { username: 1 }).lean())?.username ??
      'unknown';
    let signedIn: Awaited<ReturnType<typeof signIn>>;
    try {
      signedIn = await signIn(username, password, address);
    } catch (error) {
      if (error instanceof Problem && error.status === 429) metrics.logins.inc({ answer: 'throttled' });
      throw error;
    }
    if (!signedIn) {
      metrics.logins.inc({ answer: 'failed' });
      await audit('login.failed', await named());
      throw new Problem(
        401,
        { detail: 'username or password is wrong' },
        { headers: { 'WWW-Authenticate': 'Bearer' } },
      );
    }
    metrics.logins.inc({ answer: 'succeeded' });
    await audit('login.succeeded', await named());
    return { status: 200, body: signedIn };
  },
});
