/** The pooled SMTP connection. TLS always: STARTTLS is required, or TLS from the start on port 465. */
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';

export interface SmtpOptions {
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  ca: string | undefined;
  connections: number;
}

/** The whole mail was handed over and no answer came: it may be on its way, or not. */
export class MailUnconfirmed extends Error {
  override readonly name = 'MailUnconfirmed';
}

export interface MailTransport {
  /** @throws MailUnconfirmed, or nodemailer's error, see `classify` */
  send(message: SendMailOptions): Promise<void>;
  close(): void;
}

const IMPLICIT_TLS = 465;
const CONNECT_MS = 5_000;
const GREETING_MS = 5_000;
/**
 * Silence on an open connection. A server may scan a mail for long before it answers; giving up earlier than it does
 * would send the same mail again and again.
 */
const SOCKET_MS = 120_000;

/** What nodemailer's stream plugins get. */
interface Outgoing {
  data: { onBodyRead?: () => void };
  message: { processFunc(wrap: (body: Readable) => Readable): void };
}

/** A mail's body as one piece: nodemailer writes it line by line, each a TLS record and a call of the operating system. */
class InOnePiece extends Transform {
  readonly #pieces: Buffer[] = [];
  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pieces.push(piece);
    done();
  }
  override _flush(done: TransformCallback): void {
    done(null, Buffer.concat(this.#pieces));
  }
}

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
  // The connection reads a mail's body only once the server has asked for it; its end is all that tells how far it came.
  transport.use('stream', (mail, done) => {
    const { data, message } = mail as unknown as Outgoing;
    message.processFunc((body) => body.pipe(new InOnePiece().once('end', () => data.onBodyRead?.())));
    done();
  });
  return {
    async send(message) {
      let handedOver = false;
      const onBodyRead = () => {
        handedOver = true;
      };
      try {
        await transport.sendMail({ ...message, onBodyRead } as SendMailOptions);
      } catch (error) {
        const answered = (error as { responseCode?: number }).responseCode !== undefined;
        if (!handedOver || answered) throw error;
        throw new MailUnconfirmed('the mail server took the mail and did not say whether it keeps it', {
          cause: error,
        });
      }
    },
    close: () => transport.close(),
  };
}
