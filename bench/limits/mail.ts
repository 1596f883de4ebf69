/** The limit of a mail: the same bytes, made beforehand, over as many pooled TLS connections of nodemailer's. */
import { createTransport, type SendMailOptions } from 'nodemailer';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { AT_ONCE, mails, server } from '../subjects/mails.ts';

const { host, port, username, password, ca } = server();
const transport = createTransport({
  pool: true,
  ...{ host, port, requireTLS: true, auth: { user: username, pass: password }, tls: { ca } },
  ...{ maxConnections: AT_ONCE, maxMessages: 10_000 },
});
const writer = createTransport({ streamTransport: true, buffer: true });

async function written(message: SendMailOptions): Promise<SendMailOptions> {
  const { message: raw, envelope } = await writer.sendMail(message);
  return { raw: raw as Buffer, envelope: { from: envelope.from || '', to: envelope.to } };
}

answer('ready', () => true);
answer('work', async (operations: number) => {
  const messages = await Promise.all((await mails(operations)).map(written));
  return timed(operations, AT_ONCE, async (nth) => transport.sendMail(messages[nth] ?? {}));
});
