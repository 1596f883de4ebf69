import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Middleware } from 'koa';
import { edge } from './api/errors.ts';
import { apiLayers } from './api/router.ts';
import { controlLayers } from './control/router.ts';
import { Account } from './state/account.ts';
import { openBooks } from './state/books.ts';
import { ANSWER_WITHIN_MS } from './webhooks/schedule.ts';

export interface SimulatorOptions {
  readonly keyId: string;
  readonly keySecret: string;
  /** Where events go; none are sent without. */
  readonly webhookUrl?: string | undefined;
  /** Signs events; they are unsigned without. */
  readonly webhookSecret?: string | undefined;
  /** Multiplies the retry times and the 24 h to disabling; 1 unless given. */
  readonly retryScale?: number | undefined;
  /** Where the books are kept, to be there at the next start; in memory alone unless given. */
  readonly booksFile?: string | undefined;
  /** The machine's clock in milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface Simulator {
  readonly account: Account;
  readonly handler: RequestListener;
  /** Port 0 takes any free one. @returns the port; rejects when it is taken. */
  listen(port: number, host?: string): Promise<number>;
  /** Ends at once, also calls that hang and deliveries on their way. */
  close(): Promise<void>;
}

/** A Razorpay of one's own: its API under `/v1`, its webhooks, and `/control` to make things happen. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const webhook = {
    url: options.webhookUrl ?? null,
    secret: options.webhookSecret ?? null,
    enabled: true,
    use_secret: null,
    drop: 0,
    duplicate: 0,
    delay_ms: 0,
    shuffle_ms: 0,
    retry_scale: options.retryScale ?? 1,
    answer_within_ms: ANSWER_WITHIN_MS,
    seed: null,
  };
  const books = options.booksFile === undefined ? undefined : openBooks(options.booksFile);
  const account = new Account(options.keyId, webhook, options.now, books);
  const koa = new Koa();
  koa.use(stampDate(account));
  for (const layer of apiLayers(account, options.keyId, options.keySecret)) koa.use(below('/v1', layer));
  for (const layer of controlLayers(account)) koa.use(below('/control', layer));
  koa.use(healthOrNothing);
  const handler = koa.callback();
  const server = createServer(handler);
  // A test that was busy for a moment must not meet a connection that was closed at its back.
  server.keepAliveTimeout = 60_000;
  return {
    account,
    handler,
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    close: () =>
      new Promise((resolve) => {
        account.deliverer.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Razorpay's clock, also when it is not the machine's. Last thing before the answer leaves. */
function stampDate(account: Account): Middleware {
  return async (ctx, next) => {
    await next();
    ctx.set('Date', account.clock.httpDate());
  };
}

function below(prefix: string, layer: Middleware): Middleware {
  return (ctx, next) => (ctx.path === prefix || ctx.path.startsWith(`${prefix}/`) ? layer(ctx, next) : next());
}

const healthOrNothing: Middleware = (ctx) => {
  const { status, body } =
    ctx.path === '/healthz' ? { status: 200, body: { status: 'ok' } } : edge(404, 'no Route matched with those values');
  ctx.status = status;
  ctx.body = body;
};
