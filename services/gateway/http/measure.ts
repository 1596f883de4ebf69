import type { Middleware } from 'koa';
import type { GatewayMetrics } from '../metrics.ts';

/** Counts and times each request by its route template: an id as a label would make a series a payment. */
export const measure =
  (metrics: GatewayMetrics): Middleware =>
  (ctx, next) => {
    const started = performance.now();
    ctx.res.once('close', () => {
      const route = typeof ctx.state.route === 'string' ? ctx.state.route : 'none';
      metrics.requests.inc({ method: ctx.method, route, status: String(ctx.res.statusCode) });
      metrics.duration.observe({ method: ctx.method, route }, (performance.now() - started) / 1_000);
    });
    return next();
  };
