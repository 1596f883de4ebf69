/** Listening and ending in good order. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  port: number;
  server: Server;
  /** Stops taking connections and lets running requests end for at most `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** How long a sender may take, ms. Node looks for the late ones now and then: by itself every 30 s only. */
export const PATIENCE = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 5_000 };

/**
 * Serves `handler` on `host:port` (0: any free one).
 * @throws Error that names the port when it is taken
 */
export async function listen(
  handler: RequestListener,
  port: number,
  host: string,
  name: string,
  { headersMs, requestMs, lookEveryMs } = PATIENCE,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookEveryMs,
      keepAliveTimeout: 65_000,
    },
    handler,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`${name}: port ${port} on ${host} is taken; choose another or 0 for any free one`, {
              cause: error,
            })
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: (graceMs = 5_000) =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
