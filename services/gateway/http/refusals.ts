/**
 * Says in the log what was turned away: who tries doors is seen there, by user id and route, never by what was sent.
 * What is merely not there, or in conflict, is everyday work.
 */
import type { Context, Middleware } from 'koa';
import type { RequestState } from '../../../shared/http/app.ts';
import { Problem } from '../../../shared/http/problem.ts';

/** Answer → how loudly. */
const TOLD: Readonly<Record<number, 'info' | 'warn'>> = {
  400: 'info',
  401: 'info',
  403: 'warn',
  405: 'info',
  413: 'info',
  415: 'info',
  429: 'warn',
};

/** For a refusal that is answered before it gets to the top. */
export function tellRefusal(ctx: Pick<Context, 'method' | 'state'>, problem: Problem): void {
  const level = TOLD[problem.status];
  if (level === undefined) return;
  const { log, route, userId } = ctx.state as RequestState;
  log[level]({ answer: problem.status, method: ctx.method, route, user_id: userId }, 'http: refused');
}

export const tellRefusals: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (error instanceof Problem) tellRefusal(ctx, error);
    throw error;
  }
};
