/** Who is asking: a signed token, and a session that still exists. A deleted session ends its token at once. */

import type { Context } from 'koa';
import koaJwt from 'koa-jwt';
import { z } from 'zod';
import { Problem } from '../../../shared/http/problem.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { BrowserSessions } from '../auth/browser-session.ts';
import type { Access, SignedIn } from './route.ts';

/** @throws Problem 401 */
export type Authenticate = (ctx: Context) => Promise<SignedIn>;

/** All of them: a token that leaves one out is none that we sign. */
const claims = z.object({ jti: z.string(), sub: z.string(), exp: z.number() });

const notSignedIn = (detail: string, error?: string) =>
  new Problem(401, { detail }, { headers: { 'WWW-Authenticate': `Bearer${error ? ` error="${error}"` : ''}` } });

export function authenticator(store: Store, secret: string, { token: getToken }: BrowserSessions): Authenticate {
  // Passing through, because koa-jwt would turn a store that is away into "not signed in".
  const readToken = koaJwt({ secret, algorithms: ['HS256'], key: 'token', passthrough: true, getToken });
  return async (ctx) => {
    await readToken(ctx, async () => {});
    const token = claims.safeParse(ctx.state.token);
    if (!token.success)
      throw ctx.get('authorization') === ''
        ? notSignedIn('sign in at POST /api/auth/login and send its access_token: "Authorization: Bearer …"')
        : notSignedIn('this token is not valid, or has run out; sign in again', 'invalid_token');
    const { jti, sub } = token.data;
    const session = await store.sessions.findOne({ _id: jti, username: sub, expires_at: { $gt: new Date() } }).lean();
    if (!session) throw notSignedIn('you were signed out; sign in again', 'invalid_token');
    const { user_id, username, role, club_id } = session;
    return { id: user_id, username, role, club_id: club_id ?? null, session: session._id };
  };
}

/** @throws Problem 403 */
export function authorise(user: SignedIn, access: Exclude<Access, 'public'>): void {
  if (access === 'any' || access.includes(user.role)) return;
  throw new Problem(403, { detail: `this is for the role ${access.join(' or ')}; yours is ${user.role}` });
}
