/** Signing in and out, the same for the API and the console: counted, and in the audit trail. */
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import type { Gateway } from '../gateway.ts';
import type { SignedIn } from '../http/route.ts';
import type { Token } from './sign-in.ts';
import { usernameKey } from './users.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** @throws Problem 401, 429 */
export async function logIn(
  { signIn, store, metrics }: Pick<Gateway, 'signIn' | 'store' | 'metrics'>,
  { username, password }: Credentials,
  { address, correlationId }: { address: string; correlationId: string },
): Promise<Token> {
  // What was typed as a username may be a password: the trail names an actor only once it is known to be one.
  const audit = (action: 'login.succeeded' | 'login.failed', actor: string) =>
    record(store, [{ action, actor, subject: 'session', correlation_id: correlationId }]);
  /** As the user is called, however the name was typed; a made-up one may be a password in the wrong field. */
  const named = async () =>
    (await store.users.findOne({ username_key: usernameKey(username) }, { username: 1 }).lean())?.username ?? 'unknown';
  let signedIn: Token | null;
  try {
    signedIn = await signIn(username, password, address);
  } catch (error) {
    if (error instanceof Problem && error.status === 429) metrics.logins.inc({ answer: 'throttled' });
    throw error;
  }
  if (!signedIn) {
    metrics.logins.inc({ answer: 'failed' });
    await audit('login.failed', await named());
    throw new Problem(401, { detail: 'username or password is wrong' }, { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  metrics.logins.inc({ answer: 'succeeded' });
  await audit('login.succeeded', await named());
  return signedIn;
}

/** Ends the session: its token is dead from now on, wherever it is kept. */
export async function logOut(
  { store }: Pick<Gateway, 'store'>,
  user: Pick<SignedIn, 'session' | 'username'>,
  correlationId: string,
): Promise<void> {
  await store.sessions.deleteOne({ _id: user.session });
  await record(store, [{ action: 'logout', actor: user.username, subject: 'session', correlation_id: correlationId }]);
}
