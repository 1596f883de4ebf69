/** The outermost layer of the API: counts each call, and lets it go wrong where the faults say so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Middleware } from 'koa';
import { type CallFault, callFault, meansCall } from '../faults.ts';
import type { Account } from '../state/account.ts';
import { routeOf } from '../state/calls.ts';
import { htmlPage, injected, RazorpayError } from './errors.ts';

export function gate(account: Account): Middleware {
  return async (ctx, next) => {
    const started = Date.now();
    const answer = await answerOrNot(ctx, next, account);
    const at = new Date(started).toISOString();
    account.calls.record({ method: ctx.method, url: ctx.url, answer, at, ms: Date.now() - started });
  };
}

/** What the call ends as: a status, or `hang` or `reset`. */
async function answerOrNot(ctx: Context, next: () => Promise<unknown>, account: Account): Promise<string> {
  const { faults } = account;
  const allowed = account.rateLimit.allows(faults.rate_limit_per_s, account.clock.machineMs());
  const meant = meansCall(faults, routeOf(ctx.url), account.callsMeant);
  const fault = allowed && meant ? callFault(faults, account.random) : null;
  if (fault === 'reset' || fault === 'hang') {
    ctx.respond = false;
    if (fault === 'reset') ctx.req.socket.resetAndDestroy();
    return fault;
  }
  try {
    if (!allowed) throw injected(429);
    if (fault === 'error') throw injected(faults.status);
    if (fault !== 'html') await next();
  } catch (error) {
    if (!(error instanceof RazorpayError)) throw error;
    ctx.status = error.status;
    ctx.body = error.body;
  }
  spoil(ctx, fault, faults.html_status);
  // After the reading, so that an answer can be older than its Date header, as on a slow network.
  if (faults.latency_ms > 0) await sleep(faults.latency_ms);
  return String(ctx.status);
}

function spoil(ctx: Context, fault: CallFault, htmlStatus: number): void {
  if (fault === 'html') {
    ctx.status = htmlStatus;
    ctx.type = 'html';
    ctx.body = htmlPage(htmlStatus);
  } else if (fault === 'wrong_json') {
    const whole = JSON.stringify(ctx.body);
    ctx.status = 200;
    ctx.type = 'json';
    ctx.body = whole.slice(0, Math.ceil(whole.length / 2));
  } else if (fault === 'odd_json') {
    ctx.status = 200;
    ctx.body = { status: 'ok' };
  }
}
