/** Mails whose bytes are ready, over as many pooled TLS connections of nodemailer's as ticketing has. */
import { createTransport, type SendMailOptions } from 'nodemailer';
import { AT_ONCE, server } from '../../subjects/mails.ts';

const { host, port, username, password, ca } = server();
const transport = createTransport({
  pool: true,
  ...{ host, port, requireTLS: true, auth: { user: username, pass: password }, tls: { ca } },
  ...{ maxConnections: AT_ONCE, maxMessages: 10_000 },
});
const writer = createTransport({ streamTransport: true, buffer: true });

/** As it goes over the wire. */
export async function written(message: SendMailOptions): Promise<SendMailOptions> {
  const { message: raw, envelope } = await writer.sendMail(message);
  return { raw: raw as Buffer, envelope: { from: envelope.from || '', to: envelope.to } };
}

/** @throws what nodemailer throws unless the mail was taken */
export const post = async (message: SendMailOptions): Promise<void> => {
  await transport.sendMail(message);
};
