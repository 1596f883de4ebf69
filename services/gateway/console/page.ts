/**
 * What a page of the console declares, as `route` does for the API: who may see it, what it takes, which view shows it.
 * A page reads; an action is what one of its forms does. Both call the same use cases as the API's routes.
 */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Token } from '../auth/sign-in.ts';
import type { Access, BodyType, Call, SignedIn } from '../http/route.ts';

/** What a person is told once, on the next page they see. */
export interface Said {
  tone: 'good' | 'bad' | 'info';
  text: string;
}

/** Where to go on. */
export class GoTo {
  readonly path: string;
  readonly said: Said | undefined;
  constructor(path: string, said?: Said) {
    this.path = path;
    this.said = said;
  }
}
export const goTo = (path: string, said?: Said): GoTo => new GoTo(path, said);

/** An answer that is no page in the layout: a download, a stream of events, a mail's preview. */
export class Raw {
  readonly type: string;
  readonly body: string | Buffer | Readable;
  readonly headers: Record<string, string>;
  constructor(type: string, body: string | Buffer | Readable, headers: Record<string, string> = {}) {
    this.type = type;
    this.body = body;
    this.headers = headers;
  }
}

/** What was sent with a form that could not be taken, so that it can be shown again beside what is wrong with it. */
export interface Given {
  values: Readonly<Record<string, unknown>>;
  /** Field → what is wrong. */
  faults: Readonly<Record<string, string>>;
  message: string;
}

export interface PageCall<P = unknown, Q = unknown, F = unknown, U = SignedIn | null> extends Call<P, Q, F, U> {
  /** The page is shown again because its form could not be taken. */
  given: Given | null;
  /** The page of ours that the request came from, with its query. */
  cameFrom: string | null;
  session: { begin(token: Token): void; end(): void };
  /** The form token of this session, for a script that asks the API; empty for nobody. */
  csrf: string;
}

/** For the view. `title` in place of the declared one, `status` in place of 200. */
export type ViewData = Record<string, unknown> & { title?: string; status?: number };
type Shown = ViewData | GoTo | Raw;

/** Its entry in the navigation, shown to whoever may see the page. */
export interface Nav {
  label: string;
  icon: string;
  group: 'work' | 'events' | 'system';
  /** Within its group, lowest first. */
  order: number;
}

type Caller<X extends Access> = X extends 'public' ? null : SignedIn;

interface Common<X extends Access, P extends z.ZodType> {
  /** `/payments/{payment_id}`. */
  path: string;
  access: X;
  /** A fault in one of these is a 404. */
  params?: P;
}

interface PageSpec<X extends Access, P extends z.ZodType, Q extends z.ZodType> extends Common<X, P> {
  title: string;
  /** Below views/, without `.hbs`. None: it answers `Raw`. */
  view?: string;
  /** Empty fields of a search form are left out before it is checked. */
  query?: Q;
  nav?: Nav;
  /** ES modules below public/ that the page works better with. */
  scripts?: readonly string[];
  /** In place of the console's own, such as a camera's permission. */
  headers?: Readonly<Record<string, string>>;
  handle(call: PageCall<z.output<P>, z.output<Q>, undefined, Caller<X>>): Promise<Shown> | Shown;
}

interface ActionSpec<X extends Access, P extends z.ZodType, F extends z.ZodType> extends Common<X, P> {
  form?: F;
  types?: readonly BodyType[];
  /** The page whose form this is: shown again, with what was typed, where it cannot be taken. */
  shownBy?: Page;
  /** Where to say what went wrong when there is no `shownBy` and the request names no page of ours it came from. */
  back?: string;
  /** Data is for the view of `shownBy`: an answer that must not be asked for again by its address. */
  handle(call: PageCall<z.output<P>, undefined, z.output<F>, Caller<X>>): Promise<Shown> | Shown;
}

/** With their types erased, as the router sees them. */
export type Page = Omit<PageSpec<Access, z.ZodType, z.ZodType>, 'handle'> & {
  kind: 'page';
  handle(call: PageCall): Promise<Shown>;
};
export type Action = Omit<ActionSpec<Access, z.ZodType, z.ZodType>, 'handle'> & {
  kind: 'action';
  handle(call: PageCall): Promise<Shown>;
};
export type Declared = Page | Action;

/** Declares what GET answers. */
export const page = <
  const X extends Access,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
>(
  spec: PageSpec<X, P, Q>,
): Page => ({ ...spec, kind: 'page' }) as unknown as Page;

/** Declares what POST does. */
export const action = <
  const X extends Access,
  P extends z.ZodType = z.ZodUndefined,
  F extends z.ZodType = z.ZodUndefined,
>(
  spec: ActionSpec<X, P, F>,
): Action => ({ ...spec, kind: 'action' }) as unknown as Action;
