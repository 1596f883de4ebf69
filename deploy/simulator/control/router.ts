import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Account } from '../state/account.ts';
import { faultControls } from './faults.ts';
import { body, ControlError, explainErrors } from './input.ts';
import { paymentControls } from './payments.ts';
import { noBody } from './schemas.ts';
import { webhookControls } from './webhooks.ts';

/** The middleware of `/control`: what no Razorpay has, unauthenticated, for tests and the demo. */
export function controlLayers(account: Account): Middleware[] {
  const router = new Router({ prefix: '/control' });
  paymentControls(router, account);
  webhookControls(router, account);
  faultControls(router, account);
  router.get('/calls', (ctx) => {
    ctx.body = account.calls.shown();
  });
  router.get('/state', (ctx) => {
    const { deliverer, ledger, accountId } = account;
    const { inFlight: in_flight, scheduled } = deliverer;
    ctx.body = { in_flight, scheduled, payments: ledger.payments.size, account_id: accountId };
  });
  router.post('/reset', (ctx) => {
    body(ctx, noBody);
    account.reset();
    ctx.status = 204;
  });
  const parse = bodyParser({
    // Whatever the content type says, so that a plain `curl -d` works.
    detectJSON: () => true,
    jsonLimit: '1mb',
    onError: (error) => {
      throw new ControlError(`the body is not JSON: ${error.message}`);
    },
  });
  const notFound: Middleware = (ctx) => {
    ctx.status = 404;
    ctx.body = { error: `there is no ${ctx.method} ${ctx.path}` };
  };
  return [explainErrors, parse, router.routes() as Middleware, notFound];
}
