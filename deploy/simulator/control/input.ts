import type { Context, Middleware } from 'koa';
import type { z } from 'zod';
import { UnknownIdError } from '../state/ledger.ts';
import { TransitionError } from '../state/payment.ts';

/** The control call itself is wrong; the message says how. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** The request's JSON in the schema's shape; no body is an empty object. @throws {ControlError} naming each fault */
export function body<S extends z.ZodType>(ctx: Context, schema: S): z.output<S> {
  const result = schema.safeParse(ctx.request.body ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new ControlError(faults.join('; '));
}

/** Turns what a caller did wrong into 400, or 404 for an unknown id, as `{"error": "…"}`. */
export const explainErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (error instanceof ControlError || error instanceof TransitionError) ctx.status = 400;
    else if (error instanceof UnknownIdError) ctx.status = 404;
    else throw error;
    ctx.body = { error: error.message };
  }
};
