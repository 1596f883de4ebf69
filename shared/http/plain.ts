/**
 * An HTTP surface on node:http alone, for a door that anybody can flood: for a request no more is done than what it takes to
 * turn it away. It speaks as all surfaces of ours do: a correlation id, problems for errors.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../log/index.ts';
import { asProblem, correlationIdOf, loggedPath } from './faults.ts';
import { Problem } from './problem.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  /** Goes into the answer and the log; a route that knows a better one sets it. */
  correlationId: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** By path, then by method; GET answers HEAD, too. @throws Problem to answer with that */
export type PlainRoutes = Record<
  string,
  Partial<Record<'GET' | 'POST', (exchange: Exchange) => Answer | Promise<Answer>>>
>;

/** One value of a header, or '' for none. */
export const header = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
};

const PLAIN_JSON = 'application/json; charset=utf-8';
const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

function send(
  response: ServerResponse,
  { status, body }: Answer,
  type: string,
  correlationId: string,
  more?: Record<string, string>,
): void {
  // Whoever asked has gone.
  if (response.destroyed) return;
  // As text, it leaves in one write with its head.
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Correlation-Id': correlationId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...more,
  });
  response.end(text);
}

/** An operator may have typed it with a slash at the end, or in capitals. */
const loosely = (path: string): string => path.toLowerCase().replace(/\/+$/, '');

const pathOf = ({ url = '' }: IncomingMessage): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

function routeFor(routes: PlainRoutes, request: IncomingMessage) {
  const { method = '' } = request;
  const path = pathOf(request);
  const found = Object.hasOwn(routes, path) ? routes[path] : routes[loosely(path)];
  if (!found) throw new Problem(404, { detail: `there is nothing at ${loggedPath(path)}` });
  const route = found[(method === 'HEAD' ? 'GET' : method) as 'GET'];
  if (route) return route;
  const allowed = Object.keys(found).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : name));
  throw new Problem(
    405,
    { detail: `${loggedPath(path)} takes ${allowed.join(', ')}` },
    { headers: { Allow: allowed.join(', ') } },
  );
}

export function plainHttp(log: Logger, routes: PlainRoutes): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const given = header(request, 'x-correlation-id') || header(request, 'request-id');
    const exchange: Exchange = { request, correlationId: correlationIdOf(given) };
    try {
      const answer = await routeFor(routes, request)(exchange);
      send(response, answer, PLAIN_JSON, exchange.correlationId);
    } catch (error) {
      const { correlationId } = exchange;
      const problem = asProblem(error);
      const { status, headers } = problem;
      if (status >= 500)
        log.error(
          { err: problem.cause ?? problem, path: loggedPath(pathOf(request)), correlation_id: correlationId },
          'http: request failed',
        );
      const body = { ...problem.body, correlation_id: correlationId };
      send(response, { status, body }, PROBLEM_JSON, correlationId, headers);
    }
    if (!log.isLevelEnabled('debug')) return;
    const { method } = request;
    const path = loggedPath(pathOf(request));
    log.debug({ method, path, status: response.statusCode, correlation_id: exchange.correlationId }, 'http');
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  };
}
