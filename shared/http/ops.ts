/** The ops port: /healthz (alive), /readyz (store and bus reachable), /metrics (bearer token when one is set). */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Registry } from '../metrics/index.ts';

export interface OpsOptions {
  registry: Registry;
  /** What must be there to do the work: name → reachable. */
  ready: () => Promise<Record<string, boolean>>;
  token: string | undefined;
}

const sha = (value: string) => createHash('sha256').update(value).digest();

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
};

const allowed = (request: IncomingMessage, token: string | undefined) =>
  token === undefined || timingSafeEqual(sha(request.headers.authorization ?? ''), sha(`Bearer ${token}`));

async function answer(request: IncomingMessage, response: ServerResponse, options: OpsOptions): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return json(response, 405, { detail: 'here is only something to read' });
  }
  const path = (request.url ?? '').split('?')[0];
  if (path === '/healthz') return json(response, 200, { status: 'alive' });
  if (path === '/readyz') {
    const parts = await options.ready();
    const ok = Object.values(parts).every(Boolean);
    return json(response, ok ? 200 : 503, { status: ok ? 'ready' : 'waiting', ...parts });
  }
  if (path !== '/metrics') return json(response, 404, { detail: 'here are /healthz, /readyz and /metrics' });
  if (!allowed(request, options.token))
    return json(response, 401, { detail: 'send the METRICS_TOKEN as bearer token' });
  const body = await options.registry.metrics();
  response.writeHead(200, { ...HEADERS, 'Content-Type': options.registry.contentType });
  response.end(body);
}

export function opsHandler(options: OpsOptions): RequestListener {
  return (request, response) => {
    answer(request, response, options).catch(() => json(response, 500, { detail: 'the metrics could not be made' }));
  };
}
