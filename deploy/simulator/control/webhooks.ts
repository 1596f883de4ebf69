import type Router from '@koa/router';
import type { Account } from '../state/account.ts';
import { type Delivery, shown } from '../webhooks/delivery.ts';
import { body, ControlError } from './input.ts';
import { noBody, webhooksBody } from './schemas.ts';

export function webhookControls(router: Router, account: Account): void {
  router.get('/webhooks', (ctx) => {
    ctx.body = setUp(account);
  });
  router.post('/webhooks', (ctx) => {
    account.deliverer.configure(body(ctx, webhooksBody) as Parameters<typeof account.deliverer.configure>[0]);
    ctx.body = setUp(account);
  });
  router.get('/deliveries', (ctx) => {
    const { limit, ...filters } = ctx.query;
    const wanted = Object.entries(filters);
    const unknown = wanted.find(([key]) => !FILTERS.has(key));
    if (unknown) throw new ControlError(`${unknown[0]}: expected one of ${[...FILTERS, 'limit'].join(', ')}`);
    if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(String(limit)))
      throw new ControlError('limit: expected a number');
    const { deliveries } = account.deliverer;
    const matching = deliveries.filter((delivery) => wanted.every(([key, value]) => facets(delivery)[key] === value));
    ctx.body = matching.slice(limit === undefined ? 0 : -Number(limit)).map(shown);
  });
  router.post('/deliveries/flush', async (ctx) => {
    body(ctx, noBody);
    ctx.body = { attempted: await account.deliverer.flush() };
  });
}

function facets({ payment_id, event, event_id, state }: Delivery): Record<string, string | null> {
  return { payment_id, event, event_id, state };
}

const FILTERS = new Set(['payment_id', 'event', 'event_id', 'state']);

/** The set-up without its secrets, and whether Razorpay would have switched it off. */
function setUp({ deliverer }: Account): Record<string, unknown> {
  const { secret, use_secret, ...config } = deliverer.config;
  const signs = (use_secret ?? secret ?? '') !== '';
  return { ...config, signs, failing_since: time(deliverer.failingSince), disabled_at: time(deliverer.disabledAt) };
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
