/** The pooled SMTP connection. TLS always: STARTTLS is required, or TLS from the start on port 465. */
import { createTransport, type SendMailOptions } from 'nodemailer';

export interface SmtpOptions {
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  ca: string | undefined;
  connections: number;
}

export interface MailTransport {
  /** @throws nodemailer's error, see `classify` */
  send(message: SendMailOptions): Promise<void>;
  close(): void;
}

const IMPLICIT_TLS = 465;
const CONNECT_MS = 5_000;
const GREETING_MS = 5_000;
/** Silence on an open connection. */
const SOCKET_MS = 15_000;

export function smtpTransport(options: SmtpOptions): MailTransport {
  const secure = options.port === IMPLICIT_TLS;
  const transport = createTransport({
    pool: true,
    host: options.host,
    port: options.port,
    secure,
    requireTLS: !secure,
    ...(options.username !== undefined && { auth: { user: options.username, pass: options.password ?? '' } }),
    tls: { minVersion: 'TLSv1.2', ...(options.ca !== undefined && { ca: options.ca }) },
    maxConnections: options.connections,
    // The default reconnects after every 100 mails.
    maxMessages: 10_000,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SOCKET_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      await transport.sendMail(message);
    },
    close: () => transport.close(),
  };
}
