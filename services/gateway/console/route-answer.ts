/** A page that shows what a route of the API answers takes it from that very route: same checks, same rules, no HTTP. */
import { Problem } from '../../../shared/http/problem.ts';
import { authorise } from '../http/authenticate.ts';
import type { Route, SentHeaders } from '../http/route.ts';
import { checked } from '../http/validate.ts';
import type { PageCall } from './page.ts';

interface Inputs {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
}

export interface RouteAnswer<T> {
  body: T;
  status: number;
  /** The page's own address with the cursor of the next rows; null on the last. */
  next: string | null;
}

const nextOf = (link: string | undefined): string | null => /^<([^>]+)>; rel="next"$/.exec(link ?? '')?.[1] ?? null;

/** @throws Problem as the route does */
export async function answerOf<T>(
  route: Route,
  call: PageCall<unknown, unknown, unknown, unknown>,
  { params = {}, query = {}, headers = {}, body }: Inputs = {},
): Promise<RouteAnswer<T>> {
  const user = call.user as PageCall['user'];
  if (route.access !== 'public') {
    if (!user) throw new Problem(401, { detail: 'sign in' });
    authorise(user, route.access);
  }
  const reply = await route.handle({
    ...(call as PageCall),
    user,
    params: route.params && checked(route.params, params, 404),
    query: route.query && checked(route.query, query, 400),
    headers: route.headers ? (checked(route.headers, headers, 400) as SentHeaders) : {},
    body: route.body && checked(route.body.schema, body ?? {}, 422),
  });
  return { body: reply.body as T, status: reply.status, next: nextOf(reply.headers?.Link) };
}
