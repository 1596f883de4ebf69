/** Server-sent events: what a page shows, read again every few seconds and sent where it changed. */
import { PassThrough } from 'node:stream';
import type { Logger } from '../../../shared/log/index.ts';
import { Raw } from './page.ts';

/** A browser comes again by itself, with its session looked at anew. */
const LIFETIME_MS = 10 * 60_000;
/** Proxies end a connection on which nothing is said. */
const QUIET_MS = 20_000;

export interface LiveOptions {
  everyMs: number;
  /** The HTML that the page replaces its own with. */
  read: () => Promise<string>;
  /** Whether who looks is still signed in: a stream does not outlive its session. */
  signedIn: () => Promise<boolean>;
  signal: AbortSignal;
  log: Logger;
}

export function liveStream({ everyMs, read, signedIn, signal, log }: LiveOptions): Raw {
  const stream = new PassThrough();
  let last: string | undefined;
  let saidAt = Date.now();
  let next: NodeJS.Timeout | undefined;
  const say = (text: string) => {
    // It may have ended while the store was asked.
    if (stream.writableEnded) return;
    saidAt = Date.now();
    stream.write(text);
  };
  const end = () => stream.destroyed || stream.end();
  async function look() {
    try {
      if (!(await signedIn())) return void end();
      const html = await read();
      if (html !== last) say(`data: ${JSON.stringify(html)}\n\n`);
      else if (Date.now() - saidAt > QUIET_MS) say(': still here\n\n');
      last = html;
    } catch (error) {
      log.warn({ err: error }, 'console: a live page cannot be read right now');
    }
    if (!stream.destroyed) next = setTimeout(look, everyMs);
  }
  const life = setTimeout(end, LIFETIME_MS);
  signal.addEventListener('abort', end);
  stream.once('close', () => {
    clearTimeout(life);
    clearTimeout(next);
    signal.removeEventListener('abort', end);
    stream.destroy();
  });
  say('retry: 3000\n\n');
  next = setTimeout(look, everyMs);
  // A proxy that gathers would make it anything but live.
  return new Raw('text/event-stream', stream, { 'X-Accel-Buffering': 'no' });
}
