/**
 * A load of HTTP/1.1 requests over connections that stay open, each with one request at a time. On bare sockets: a
 * client that costs as much as the server would hide the server's part on a small machine.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../measure/path.ts';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Response {
  status: number;
  body: Buffer;
}

/** A request as it goes over the wire. */
export function wire({ method, path, headers = {}, body = '' }: Request): Buffer {
  const all = { Host: '127.0.0.1', ...headers, ...(body !== '' && { 'Content-Length': Buffer.byteLength(body) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

const HEAD_END = '\r\n\r\n';

/** The response that these bytes are, once they are all there. @throws Error for one without Content-Length */
export function response(bytes: Buffer): Response | null {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return null;
  const lines = bytes.toString('latin1', 0, head);
  const length = /\r\ncontent-length: (\d+)/i.exec(lines)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${lines.slice(0, 200)}`);
  const from = head + HEAD_END.length;
  if (bytes.length < from + Number(length)) return null;
  return { status: Number(lines.slice(9, 12)), body: bytes.subarray(from, from + Number(length)) };
}

interface Connection {
  /** @throws Error when the connection ends first */
  send(request: Buffer): Promise<Response>;
  close(): void;
}

function open(port: number): Connection {
  let socket: Socket | undefined;
  let waiting: { resolve: (response: Response) => void; reject: (error: Error) => void } | undefined;
  let chunks: Buffer[] = [];
  let size = 0;
  /** No use looking before so many bytes are there. */
  let wanted = 0;
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, size);
    const whole = response(bytes);
    chunks = whole ? [] : [bytes];
    size = whole ? 0 : bytes.length;
    wanted = whole ? 0 : (lengthOf(bytes) ?? 0);
    if (!whole) return;
    const asker = waiting;
    waiting = undefined;
    asker?.resolve(whole);
  };
  /** A server may close what was idle while the other side had its turn. */
  const connected = (): Socket => {
    if (socket && !socket.destroyed && socket.writable) return socket;
    const fresh = connect({ port, host: '127.0.0.1', noDelay: true });
    [chunks, size, wanted] = [[], 0, 0];
    fresh.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        fail(error as Error);
      }
    });
    fresh.on('error', (error) => fresh === socket && fail(error));
    fresh.on('close', () => fresh === socket && fail(new Error('the server closed the connection')));
    socket = fresh;
    return fresh;
  };
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        connected().write(request);
      }),
    close: () => socket?.destroy(),
  };
}

/** How many bytes the whole response has, once its head is there. */
function lengthOf(bytes: Buffer): number | undefined {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1];
  return head + HEAD_END.length + Number(length ?? 0);
}

export interface Asked {
  request: Buffer;
  /** @throws Error when this is not what should have been answered */
  check(response: Response): void;
}

export interface Load {
  /** Sends all, `connections` at a time, each as soon as the one before it on its connection is answered. */
  run(requests: readonly Asked[]): Promise<Run & { latencies: number[] }>;
  /**
   * Sends so many a second, whether the ones before are answered or not, as long as a connection is free. Latencies count
   * from the moment at which a request was to be sent: whoever waits for a slow server to take it waits, too.
   */
  runAt(requests: readonly Asked[], perSecond: number): Promise<Run & { latencies: number[] }>;
  close(): void;
}

/** As Razorpay does, and at once: a moment without processor time is no failure. The wait counts. */
const LATER = 503;
const MOST_AGAIN = 5;

export function openLoad(port: number, connections: number): Load {
  const all = Array.from({ length: connections }, () => open(port));

  /** @param begin resolves when the nth may be sent, with the moment that its latency counts from */
  async function drive(requests: readonly Asked[], begin: (nth: number) => number | Promise<number>) {
    const latencies: number[] = [];
    let next = 0;
    const work = async (connection: Connection) => {
      for (let nth = next++; nth < requests.length; nth = next++) {
        const { request, check } = requests[nth] as Asked;
        const from = await begin(nth);
        let answer = await connection.send(request);
        for (let again = 0; answer.status === LATER && again < MOST_AGAIN; again++)
          answer = await connection.send(request);
        latencies.push(performance.now() - from);
        check(answer);
      }
    };
    const started = performance.now();
    await Promise.all(all.map(work));
    return { ms: performance.now() - started, latencies };
  }

  return {
    run: (requests) => drive(requests, () => performance.now()),
    runAt(requests, perSecond) {
      const started = performance.now();
      return drive(requests, async (nth) => {
        const moment = started + (nth * 1_000) / perSecond;
        const early = moment - performance.now();
        if (early > 0) await sleep(early);
        return moment;
      });
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}

/** @throws Error with the answer */
export const expectStatus =
  (status: number) =>
  (answer: Response): void => {
    if (answer.status !== status)
      throw new Error(`${answer.status} instead of ${status}: ${answer.body.toString().slice(0, 300)}`);
  };
