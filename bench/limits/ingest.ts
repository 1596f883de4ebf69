/** The limit of a webhook: bytes in, HMAC, publish, 200 after the PubAck; 401 for another signature. Nothing else. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, RetentionPolicy, StorageType } from 'nats';
import { listen } from '../../shared/http/listen.ts';
import { answer } from '../process/answering.ts';

const { NATS_URL = '', SECRET = '', PORT = '' } = process.env;
const SUBJECT = 'bench.limit';

const connection = await connect({ servers: NATS_URL, noAsyncTraces: true });
const manager = await connection.jetstreamManager();
// As the stream of payments, so that the server has the same to do.
await manager.streams.add({
  name: 'BENCH_LIMIT',
  subjects: [SUBJECT],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_age: 7 * 86_400 * 1e9,
  duplicate_window: 600 * 1e9,
});
const jetStream = connection.jetstream();

async function take(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const given = Buffer.from(String(request.headers['x-razorpay-signature']), 'hex');
  const expected = createHmac('sha256', SECRET).update(body).digest();
  const signed = given.length === expected.length && timingSafeEqual(given, expected);
  if (signed) await jetStream.publish(SUBJECT, body, { msgID: String(request.headers['x-razorpay-event-id']) });
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
