import { z } from 'zod';
import { logIn } from '../../auth/log-in.ts';
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
  handle: async ({ body, gateway, address, correlationId }) => ({
    status: 200,
    body: await logIn(gateway, body, { address, correlationId }),
  }),
});
