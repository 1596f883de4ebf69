/** What a browser's request tells beside its fields. */
import type { Context } from 'koa';

/** Whether a page is what this client would rather have: a browser says so, a program that takes anything gets JSON. */
export const wantsPage = (ctx: Context): boolean =>
  !ctx.path.startsWith('/api/') && ctx.accepts('json', 'html') === 'html';

/** A path of ours, never another site: what may be gone to after signing in. */
export function ownPath(path: unknown): string | null {
  if (typeof path !== 'string' || !/^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(path)) return null;
  const base = 'http://qrflow.invalid';
  return URL.canParse(path, base) && new URL(path, base).origin === base ? path : null;
}

/** The page of ours that a request came from. */
export function cameFrom(ctx: Context): string | null {
  const from = ctx.get('referer');
  if (from === '' || !URL.canParse(from)) return null;
  const { host, pathname, search } = new URL(from);
  return host === ctx.host ? ownPath(pathname + search) : null;
}

/** A path template with its parameters. */
export const filled = (path: string, params: Record<string, string>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

/** A search form sends its empty fields too. */
export const withoutBlanks = (query: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
