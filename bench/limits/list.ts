/** The limit of a page of payments: node:http, the page's queries by the bare driver, JSON. */
import type { ServerResponse } from 'node:http';
import { listen } from '../../shared/http/listen.ts';
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';

const { MONGODB_URI = '', PORT = '', LIMIT = '' } = process.env;
const { collection } = await openBare(MONGODB_URI);

async function page(reply: ServerResponse): Promise<void> {
  const payments = await collection('payments')
    .find({ event_id: 1 })
    .sort({ 'payment.value.created_at': -1, _id: -1 })
    .limit(Number(LIMIT) + 1)
    .toArray();
  const attendees = await collection('attendees')
    .find({ payment_id: { $in: payments.map(({ _id }) => _id) } })
    .toArray();
  const mails = await collection('mails')
    .find({ attendee_id: { $in: attendees.map(({ _id }) => _id) } })
    .toArray();
  const rows = payments.slice(0, Number(LIMIT)).map((payment, at) => ({
    ...payment,
    attendee: attendees[at],
    mail: mails[at],
  }));
  const body = Buffer.from(JSON.stringify(rows));
  reply.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
}

await listen(
  (_, reply) => {
    page(reply).catch((error: unknown) => reply.destroy(error as Error));
  },
  Number(PORT),
  '127.0.0.1',
  'limit',
);
answer('ready', () => true);
