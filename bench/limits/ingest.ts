/** The limit of a webhook: bytes in, HMAC, publish, 200 after the PubAck; 401 for another signature. Nothing else. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'nats';
import { listen } from '../../shared/http/listen.ts';
import { answer } from '../process/answering.ts';
import { limitStream } from './trips/limit-stream.ts';

const { NATS_URL = '', SECRET = '', PORT = '' } = process.env;

const publish = await limitStream(await connect({ servers: NATS_URL, noAsyncTraces: true }));

async function take(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const given = Buffer.from(String(request.headers['x-razorpay-signature']), 'hex');
  const expected = createHmac('sha256', SECRET).update(body).digest();
  const signed = given.length === expected.length && timingSafeEqual(given, expected);
  if (signed) await publish(body, String(request.headers['x-razorpay-event-id']));
  reply.writeHead(signed ? 200 : 401, { 'Content-Length': 2 }).end('{}');
}

await listen(
  (request, reply) => {
    take(request, reply).catch((error: unknown) => reply.destroy(error as Error));
  },
  Number(PORT),
  '127.0.0.1',
  'limit',
);
answer('ready', () => true);
