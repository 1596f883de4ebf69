/** A view inside the console's layout, what it may load, and what is said once. */
import type { Context } from 'koa';
import type { Problem } from '../../../shared/http/problem.ts';
import type { BrowserSessions } from '../auth/browser-session.ts';
import type { SignedIn } from '../http/route.ts';
import { assetPath } from './assets.ts';
import { navigation } from './navigation.ts';
import type { Declared, Given, Said } from './page.ts';
import { wantsPage } from './request.ts';
import { render } from './views.ts';

/** Nothing inline, nothing from elsewhere, in no frame but our own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const PAGE_HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  // Without it a form would say that it came from nowhere.
  'Referrer-Policy': 'same-origin',
};

export interface ConsoleOptions {
  declared: readonly Declared[];
  sessions: BrowserSessions;
  version: string;
}

const SAID_COOKIE = 'qrflow_said';
const TONES = new Set(['good', 'bad', 'info']);

/** Said on the next page that this browser loads, once. */
export function sayNext(ctx: Context, said: Said, { sessions }: ConsoleOptions): void {
  sessions.keep(ctx, SAID_COOKIE, `${said.tone}:${said.text.slice(0, 1_000)}`);
}

function saidBefore(ctx: Context, { sessions }: ConsoleOptions): Said | null {
  const kept = sessions.kept(ctx, SAID_COOKIE);
  if (kept === undefined) return null;
  sessions.keep(ctx, SAID_COOKIE, null);
  const at = kept.indexOf(':');
  const tone = kept.slice(0, at);
  return TONES.has(tone) ? { tone: tone as Said['tone'], text: kept.slice(at + 1) } : null;
}

export interface Shown {
  title: string;
  view: string;
  /** The page's path, for the navigation. */
  path: string;
  scripts?: readonly string[] | undefined;
  [name: string]: unknown;
}

/** The whole page as HTML. */
export function show(ctx: Context, shown: Shown, given: Given | null, options: ConsoleOptions): string {
  const { title, view, path, scripts = [], ...data } = shown;
  const user = (ctx.state.user as SignedIn | null | undefined) ?? null;
  const page = {
    title,
    path: ctx.path,
    user,
    nav: user ? navigation(options.declared, user, path) : [],
    csrf: user ? options.sessions.csrf(user) : '',
    said: saidBefore(ctx, options),
    now: new Date(),
    scripts: ['console.js', ...scripts].map(assetPath),
    version: options.version,
  };
  const body = render(view, { ...data, given, page });
  return render(user ? 'layout' : 'layout-plain', { page, body });
}

const TITLES: Record<number, string> = {
  400: 'This cannot be read',
  403: 'This is not for you',
  404: 'There is nothing here',
  429: 'Too many tries',
  503: 'Not right now',
};

/** A problem as a page, where one was asked for. False: it is left to be answered as JSON. */
export function showProblem(ctx: Context, problem: Problem, options: ConsoleOptions): boolean {
  if (!wantsPage(ctx)) return false;
  ctx.set(PAGE_HEADERS);
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = show(
    ctx,
    {
      title: TITLES[problem.status] ?? (problem.status >= 500 ? 'Something went wrong' : 'That did not work'),
      view: 'error',
      path: '',
      problem: { status: problem.status, detail: problem.fields.detail, correlation_id: ctx.state.correlationId },
    },
    null,
    options,
  );
  return true;
}
