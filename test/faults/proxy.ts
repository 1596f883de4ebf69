/**
 * A TCP proxy between a service and a server it stands on, to make the network fail: slow, cut amid a reply, a black
 * hole, or nobody there. What it holds back it does not read: the sender feels it, and nothing piles up here.
 */
import { createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * - pass: as if it were not there
 * - hole: connections stay, new ones are taken, and nothing goes through: a host that vanished behind a firewall
 * - refuse: no connection lasts, as with a process that is gone
 */
export type ProxyMode = 'pass' | 'hole' | 'refuse';

export interface FaultyProxy {
  port: number;
  /** `url` with this proxy in the server's place. */
  instead(url: string): string;
  set(mode: ProxyMode): void;
  /** Each piece of a reply waits so long, ms. */
  delay(ms: number): void;
  /** Ends each connection whose server replies next, after so many bytes of the reply; once each. */
  cutReplies(afterBytes: number): void;
  /**
   * Holds back the next reply that has this text in it, and what follows it on its connection. Resolves once it does, with
   * what lets it go.
   */
  hold(text: string): Promise<() => void>;
  /** Connections that were asked for, so far. */
  asked(): number;
  /** Connections right now, and the most there were at once. */
  open(): number;
  most(): number;
  close(): Promise<void>;
}

interface Pair {
  service: Socket;
  server: Socket;
  /** Ends after so many more bytes of replies. */
  left: number;
}

export async function startProxy(targetPort: number): Promise<FaultyProxy> {
  const pairs = new Set<Pair>();
  let mode: ProxyMode = 'pass';
  let delayMs = 0;
  let asked = 0;
  let most = 0;
  let opened: (() => void)[] = [];
  let hold: { text: string; held(letGo: () => void): void } | undefined;

  /** Resolves at once unless nothing goes through. */
  const passage = (): Promise<void> | undefined =>
    mode === 'hole' ? new Promise((resolve) => opened.push(resolve)) : undefined;

  async function carry(pair: Pair, from: Socket, to: Socket, reply: boolean) {
    for await (const piece of from as AsyncIterable<Buffer>) {
      await passage();
      if (reply && delayMs > 0) await sleep(delayMs);
      if (reply && hold && piece.includes(hold.text)) {
        const { held } = hold;
        hold = undefined;
        await new Promise<void>(held);
      }
      const part = reply ? piece.subarray(0, pair.left) : piece;
      if (reply) pair.left -= part.length;
      if (part.length > 0 && !to.destroyed && !to.write(part)) await new Promise((resolve) => drained(to, resolve));
      if (pair.left <= 0) return end(pair);
    }
  }

  function end(pair: Pair) {
    pairs.delete(pair);
    pair.service.destroy();
    pair.server.destroy();
  }

  const listener = createServer((service) => {
    asked++;
    service.on('error', () => undefined);
    if (mode === 'refuse') return service.destroy();
    const server = dial(targetPort, '127.0.0.1');
    server.on('error', () => undefined);
    const pair: Pair = { service, server, left: Number.POSITIVE_INFINITY };
    pairs.add(pair);
    most = Math.max(most, pairs.size);
    for (const socket of [service, server]) {
      socket.setNoDelay(true);
      socket.on('close', () => end(pair));
    }
    carry(pair, service, server, false).catch(() => end(pair));
    carry(pair, server, service, true).catch(() => end(pair));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };

  return {
    port,
    instead(url) {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(port);
      return changed.href;
    },
    set(next) {
      mode = next;
      if (mode === 'refuse') for (const pair of [...pairs]) end(pair);
      if (mode !== 'hole') for (const go of opened.splice(0)) go();
    },
    delay(ms) {
      delayMs = ms;
    },
    cutReplies(afterBytes) {
      for (const pair of pairs) pair.left = afterBytes;
    },
    hold: (text) =>
      new Promise((held) => {
        hold = { text, held };
      }),
    asked: () => asked,
    open: () => pairs.size,
    most: () => most,
    async close() {
      for (const pair of [...pairs]) end(pair);
      opened = [];
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** A socket that ends will not drain. */
function drained(socket: Socket, resolve: (value?: unknown) => void) {
  socket.once('drain', resolve);
  socket.once('close', resolve);
}
