import { createServer } from 'node:net';

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly port: number;
  constructor(who: string, port: number, cause?: unknown) {
    super(`${who}: port ${port} is taken by another process. Free it, or choose another port.`, { cause });
    this.port = port;
  }
}

// Below Linux' range for outgoing connections, one of which might take the port while its server restarts.
const lowest = 10_000;
const highest = 32_767;

/** A free TCP port on 127.0.0.1, below 32768. Another process may take it before you do. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await isFree(port)) return port;
  }
}

/** @throws PortTaken if this TCP port on 127.0.0.1 is in use. */
export async function requireFree(who: string, port: number): Promise<void> {
  if (!(await isFree(port))) throw new PortTaken(who, port);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
