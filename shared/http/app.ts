/** What every HTTP surface of ours shares: correlation id, access log, problems for errors, a 404 that says so. */
import Koa, { type Context, type DefaultContext, type DefaultState } from 'koa';
import type { Logger } from '../log/index.ts';
import { asProblem, correlationIdOf, loggedPath } from './faults.ts';
import { Problem } from './problem.ts';

export interface RequestState extends DefaultState {
  correlationId: string;
  readonly log: Logger;
}
export type HttpApp = Koa<RequestState, DefaultContext>;

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

/** Shows a problem as a page, to whom asked for one. False: it is answered as JSON. */
export type ShowProblem = (ctx: Context, problem: Problem) => boolean;

/** A Koa app with those; routes are added by the caller. */
export function createHttpApp(log: Logger, showProblem: ShowProblem = () => false): HttpApp {
  const app = new Koa<RequestState, DefaultContext>();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.state = new FreshState(log, correlationIdOf(ctx.get('x-correlation-id') || ctx.get('request-id')));
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
