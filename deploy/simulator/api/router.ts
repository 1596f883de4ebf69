import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Account } from '../state/account.ts';
import { basicAuth } from './auth.ts';
import { disputeRoutes } from './disputes.ts';
import { unknownUrl } from './errors.ts';
import { gate } from './gate.ts';
import { orderRoutes } from './orders.ts';
import { paymentRoutes } from './payments.ts';
import { qrCodeRoutes } from './qr-codes.ts';
import { refundRoutes } from './refunds.ts';

/** The middleware of `/v1`, in order. Whatever no route takes is Razorpay's answer to an unknown URL. */
export function apiLayers(account: Account, keyId: string, keySecret: string): Middleware[] {
  const router = new Router({ prefix: '/v1' });
  qrCodeRoutes(router, account);
  paymentRoutes(router, account);
  orderRoutes(router, account);
  refundRoutes(router, account);
  disputeRoutes(router, account);
  const notFound: Middleware = () => {
    throw unknownUrl();
  };
  return [gate(account), basicAuth(keyId, keySecret), router.routes() as Middleware, notFound];
}
