import type { Middleware } from 'koa';

/** An API answers data, never a page: nothing may run, frame or embed it. A route that answers a page sets its own. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Frame-Options': 'DENY',
};

export const securityHeaders: Middleware = (ctx, next) => {
  ctx.set(HEADERS);
  return next();
};
