import type { Middleware } from 'koa';
import { unauthorized } from './errors.ts';

/** HTTP Basic with the key's id and secret, as Razorpay asks for. */
export function basicAuth(keyId: string, keySecret: string): Middleware {
  const expected = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`;
  return async (ctx, next) => {
    const given = ctx.get('authorization');
    if (given === '') throw unauthorized('Please provide your api key for authentication purposes.');
    if (given !== expected) throw unauthorized('Authentication failed');
    await next();
  };
}
