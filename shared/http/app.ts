/** What every HTTP surface of ours shares: correlation id, access log, problems for errors, a 404 that says so. */
import Koa, { type Context, type DefaultContext, type DefaultState } from 'koa';
import { type Logger, newCorrelationId } from '../log/index.ts';
import { isUnreachable } from '../store/errors.ts';
import { Problem } from './problem.ts';

export interface RequestState extends DefaultState {
  correlationId: string;
  readonly log: Logger;
}
export type HttpApp = Koa<RequestState, DefaultContext>;

const CORRELATION_ID = /^[\w.:-]{1,100}$/;

/** A ticket's link carries the ticket: what is that long in a path stands in no log. */
const LONGEST_LOGGED = 64;
const loggedPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.length > LONGEST_LOGGED ? '…' : segment))
    .join('/');

/** Most requests leave no line in the log: their own logger is made when they do. */
class FreshState {
  readonly #log: Logger;
  #own: Logger | undefined;
  correlationId: string;
  constructor(log: Logger, correlationId: string) {
    this.#log = log;
    this.correlationId = correlationId;
  }

  get log(): Logger {
    this.#own ??= this.#log.child({ correlation_id: this.correlationId });
    return this.#own;
  }
}

interface HttpFault {
  status?: number;
  expose?: boolean;
  message?: string;
}

/** What to answer for an error that reached the top of a request. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnreachable(error))
    return new Problem(
      503,
      { detail: 'the store cannot be reached right now; try again in a moment' },
      { cause: error, headers: { 'Retry-After': '5' } },
    );
  const fault = error as HttpFault;
  if (typeof fault.status === 'number' && fault.status >= 400 && fault.status < 500)
    return new Problem(
      fault.status,
      { detail: fault.expose && fault.message ? fault.message : 'the request cannot be read' },
      { cause: error },
    );
  return new Problem(
    500,
    { detail: 'something went wrong here; it is in the log under this correlation id' },
    { cause: error },
  );
}

/** Shows a problem as a page, to whom asked for one. False: it is answered as JSON. */
export type ShowProblem = (ctx: Context, problem: Problem) => boolean;

/** A Koa app with those; routes are added by the caller. */
export function createHttpApp(log: Logger, showProblem: ShowProblem = () => false): HttpApp {
  const app = new Koa<RequestState, DefaultContext>();
  app.silent = true;
  app.use(async (ctx, next) => {
    const given = ctx.get('x-correlation-id') || ctx.get('request-id');
    ctx.state = new FreshState(log, CORRELATION_ID.test(given) ? given : newCorrelationId());
    ctx.set('X-Correlation-Id', ctx.state.correlationId);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Cache-Control', 'no-store');
    const started = performance.now();
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined)
        throw new Problem(404, { detail: `there is nothing at ${ctx.path}` });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status >= 500)
        ctx.state.log.error({ err: problem.cause ?? problem, path: loggedPath(ctx.path) }, 'http: request failed');
      ctx.status = problem.status;
      ctx.set(problem.headers);
      if (showProblem(ctx as unknown as Context, problem)) return;
      ctx.body = { ...problem.body, correlation_id: ctx.state.correlationId };
      ctx.type = 'application/problem+json';
    } finally {
      if (log.isLevelEnabled('debug')) {
        const ms = Math.round(performance.now() - started);
        const { method, status } = ctx;
        const path = loggedPath(ctx.path);
        ctx.state.log.debug({ method, path, status, ms }, 'http');
      }
    }
  });
  return app;
}
