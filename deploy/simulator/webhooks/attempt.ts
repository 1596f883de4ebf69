import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One delivery of one event, as it went. */
export interface Attempt {
  /** ISO 8601, the machine's clock. */
  readonly at: string;
  readonly status?: number;
  readonly error?: string;
  readonly ms: number;
}

export interface Outgoing {
  readonly url: string;
  readonly eventId: string;
  readonly body: Buffer;
  /** Hex HMAC-SHA256, or null when the webhook has no secret: the header is absent then. */
  readonly signature: string | null;
}

/** Posts the exact bytes with Razorpay's headers. Never rejects: a network error or a time-out is a result. */
export function attempt(outgoing: Outgoing, answerWithinMs: number, cancelled: AbortSignal): Promise<Attempt> {
  const started = Date.now();
  const at = new Date(started).toISOString();
  const done = (result: { status: number } | { error: string }): Attempt => ({
    at,
    ...result,
    ms: Date.now() - started,
  });
  const url = new URL(outgoing.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const late = AbortSignal.timeout(answerWithinMs);
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      resolve(done({ error: late.aborted ? `no answer within ${answerWithinMs} ms` : error.message || error.name }));
    };
    const post = send(url, {
      method: 'POST',
      headers: headersOf(outgoing),
      // A kept-alive socket to a receiver that was restarted would fail without the receiver having seen anything.
      agent: false,
      signal: AbortSignal.any([late, cancelled]),
    });
    post.on('error', fail);
    post.on('response', (response) => {
      response.on('error', fail);
      response.on('end', () => resolve(done({ status: response.statusCode ?? 0 })));
      response.resume();
    });
    post.end(outgoing.body);
  });
}

function headersOf({ eventId, body, signature }: Outgoing): Record<string, string> {
  return {
    'User-Agent': 'Razorpay-Webhook/v1',
    'Content-Type': 'application/json',
    'Accept-Encoding': 'gzip',
    'Content-Length': String(body.length),
    'Request-Id': eventId,
    'X-Razorpay-Event-Id': eventId,
    ...(signature === null ? {} : { 'X-Razorpay-Signature': signature }),
  };
}
