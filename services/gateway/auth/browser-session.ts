/**
 * The session in a browser: the API's own token in an HttpOnly cookie, and the proof that a page of ours made a request
 * that changes something: where the browser says it came from, and a token of the session that only our pages know.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { Problem } from '../../../shared/http/problem.ts';
import type { SignedIn } from '../http/route.ts';
import type { Token } from './sign-in.ts';

const SESSION_COOKIE = 'qrflow_session';
/** Over HTTPS: browsers take such a cookie from this very host alone, so that no neighbour of ours sets one. */
const HOST_ONLY = '__Host-';
/** What a script of ours sends the session's token in, when it asks the API with the cookie. */
export const CSRF_HEADER = 'x-csrf-token';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The browser says that a page of ours sent this, but its token is another session's: somebody signed in anew meanwhile. */
export class OtherSession extends Problem {}

export interface BrowserSessions {
  /** The token of the browser's session; an Authorization header goes first, and no cookie counts beside it. */
  token(ctx: Context): string | null;
  begin(ctx: Context, token: Token): void;
  end(ctx: Context): void;
  /** Goes into each form of this session's pages. */
  csrf(user: Pick<SignedIn, 'session'>): string;
  /** @throws Problem 403, an `OtherSession` where that is all, unless a page of ours sent this; `given` is its token. Reading needs no proof. */
  refuseForged(ctx: Context, user: Pick<SignedIn, 'session'> | null, given: unknown): void;
  /** A value in a cookie that only we can write; null removes it. */
  keep(ctx: Context, name: string, value: string | null): void;
  /** What was kept, unless somebody else wrote it. */
  kept(ctx: Context, name: string): string | undefined;
}

export interface BrowserSessionOptions {
  secret: string;
  publicUrl: string | undefined;
}

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);

export function browserSessions({ secret, publicUrl }: BrowserSessionOptions): BrowserSessions {
  const secure = publicUrl?.startsWith('https://') === true;
  const called = (name: string) => `${secure ? HOST_ONLY : ''}${name}`;
  const ownHost = publicUrl === undefined ? undefined : hostOf(publicUrl);
  const sign = (purpose: string, value: string) =>
    createHmac('sha256', secret).update(`qrflow ${purpose}\0${value}`).digest('base64url');
  // Koa's own `secure` check knows only the hop to the proxy; what the browser sees is PUBLIC_URL's business.
  const put = (ctx: Context, name: string, value: string, maxAge: number) =>
    ctx.append(
      'Set-Cookie',
      `${called(name)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    );

  /** Older browsers, and plain HTTP, send no Sec-Fetch-Site but an Origin; without either (null) the token alone decides. */
  function fromOurs(ctx: Context): boolean | null {
    const site = ctx.get('sec-fetch-site');
    if (site !== '') return site === 'same-origin';
    const origin = ctx.get('origin');
    if (origin === '') return null;
    const host = hostOf(origin);
    return host !== undefined && (host === ctx.host || host === ownHost);
  }

  const csrf = (user: Pick<SignedIn, 'session'>) => sign('csrf', user.session);

  return {
    token(ctx) {
      const token = ctx.get('authorization') === '' ? ctx.cookies.get(called(SESSION_COOKIE)) : undefined;
      ctx.state.byCookie = token !== undefined;
      return token ?? null;
    },
    begin: (ctx, token) => put(ctx, SESSION_COOKIE, token.access_token, token.expires_in),
    end: (ctx) => put(ctx, SESSION_COOKIE, '', 0),
    csrf,
    refuseForged(ctx, user, given) {
      if (SAFE.has(ctx.method)) return;
      const ours = fromOurs(ctx);
      if (ours === false) throw new Problem(403, { detail: 'this was sent from another site’s page' });
      if (user && !(typeof given === 'string' && same(given, csrf(user))))
        throw new (ours ? OtherSession : Problem)(403, {
          detail: 'this form is of another session; load the page anew and send it again',
        });
    },
    keep(ctx, name, value) {
      if (value === null) return put(ctx, name, '', 0);
      const encoded = Buffer.from(value).toString('base64url');
      put(ctx, name, `${encoded}.${sign(name, encoded)}`, 60);
    },
    kept(ctx, name) {
      const [encoded, signature] = (ctx.cookies.get(called(name)) ?? '').split('.');
      if (!encoded || !signature || !same(signature, sign(name, encoded))) return undefined;
      return Buffer.from(encoded, 'base64url').toString();
    },
  };
}
