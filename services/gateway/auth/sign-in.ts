/** From a username and a password to a user, and on to a session and its token. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { Problem } from '../../../shared/http/problem.ts';
import type { UserDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Passwords } from './password.ts';
import { type LoginLimits, loginThrottle } from './throttle.ts';
import { usernameKey } from './users.ts';

export interface Token {
  access_token: string;
  token_type: 'bearer';
  /** Seconds. */
  expires_in: number;
}

/** Null: no such user, another password, or disabled; the caller never learns which. @throws Problem 429 */
export type CheckPassword = (username: string, password: string, address: string) => Promise<UserDoc | null>;
/** The same, with a session. */
export type SignIn = (username: string, password: string, address: string) => Promise<Token | null>;

export interface PasswordOptions {
  store: Store;
  passwords: Passwords;
  limits: LoginLimits;
  /** Resolves when the first administrator is there. */
  usersReady: Promise<void>;
}

export interface SignInOptions {
  store: Store;
  secret: string;
  ttlMs: number;
  checkPassword: CheckPassword;
}

const STARTING_MS = 5_000;

/** Right after the very first start, a sign-in waits for the first user instead of calling the password wrong. */
async function waitFor(usersReady: Promise<void>): Promise<void> {
  const cancel = new AbortController();
  const late = setTimeout(STARTING_MS, undefined, { signal: cancel.signal }).then(() => {
    throw new Problem(
      503,
      { detail: 'the gateway is starting, and the store is not ready yet; try again in a moment' },
      { headers: { 'Retry-After': '2' } },
    );
  });
  late.catch(() => undefined);
  try {
    await Promise.race([usersReady, late]);
  } finally {
    cancel.abort();
  }
}

/** Members of a club that is not active stay out; admins never do. */
const clubLetsIn = async (store: Store, { role, club_id }: UserDoc): Promise<boolean> =>
  role === 'admin' || club_id == null || (await store.clubs.exists({ _id: club_id, active: false })) === null;

/** Every check of a password goes through this one throttle, wherever it is asked for. */
export function passwordCheck({ store, passwords, limits, usersReady }: PasswordOptions): CheckPassword {
  const throttle = loginThrottle(limits);
  return async (username, password, address) => {
    await waitFor(usersReady);
    await throttle.before(username, address);
    const user = await store.users.findOne({ username_key: usernameKey(username) }).lean<UserDoc>();
    const right = await passwords.matches(password, user?.password);
    if (!user || !right || user.disabled || !(await clubLetsIn(store, user))) return null;
    await throttle.succeeded(username, address);
    return user;
  };
}

export function signIn({ store, secret, ttlMs, checkPassword }: SignInOptions): SignIn {
  const key = new TextEncoder().encode(secret);

  /** Unchanged since its password was checked: who is being disabled or demoted right now gets no old session. */
  const unchanged = ({ _id, password, role, club_id }: UserDoc) =>
    store.users.exists({ _id, password, role, club_id: club_id ?? null, disabled: false });

  async function openSession(user: UserDoc, now: Date): Promise<string | null> {
    const jti = randomUUID();
    await store.sessions.create({
      _id: jti,
      user_id: user._id,
      username: user.username,
      role: user.role,
      club_id: user.club_id ?? null,
      created_at: now,
      expires_at: new Date(now.getTime() + ttlMs),
    });
    if ((await unchanged(user)) && (await clubLetsIn(store, user))) return jti;
    await store.sessions.deleteOne({ _id: jti });
    return null;
  }

  return async (username, password, address) => {
    const user = await checkPassword(username, password, address);
    if (!user) return null;
    const now = new Date();
    const jti = await openSession(user, now);
    if (jti === null) return null;
    const seconds = Math.floor(now.getTime() / 1_000);
    const expiresIn = Math.floor(ttlMs / 1_000);
    const accessToken = await new SignJWT({ role: user.role })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(user.username)
      .setJti(jti)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + expiresIn)
      .sign(key);
    return { access_token: accessToken, token_type: 'bearer', expires_in: expiresIn };
  };
}
