// The sender the tests use: the real nodemailer, set as the ticketing service sets it.
import nodemailer from 'nodemailer';
import type { MailCatcher } from './mail-catcher.ts';

export interface SenderOptions {
  port?: number;
  password?: string;
  requireTLS?: boolean;
  ignoreTLS?: boolean;
  trustOwnCa?: boolean;
  maxConnections?: number;
}

/** A pooled transport to the catcher over verified STARTTLS; close it when done. */
export function createSender(catcher: MailCatcher, options: SenderOptions = {}) {
  return nodemailer.createTransport({
    host: 'localhost',
    port: options.port ?? catcher.smtpPort,
    pool: true,
    maxConnections: options.maxConnections ?? 1,
    maxMessages: Number.MAX_SAFE_INTEGER,
    requireTLS: options.requireTLS ?? true,
    ignoreTLS: options.ignoreTLS ?? false,
    auth: { user: catcher.credentials.username, pass: options.password ?? catcher.credentials.password },
    tls: options.trustOwnCa === false ? {} : { ca: catcher.ca },
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
  });
}

/** What nodemailer says when a mail is not taken. */
export interface SendFailure {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** The failure of a send; a send that succeeds is the test's failure. */
export async function failureOf(sending: Promise<unknown>): Promise<SendFailure> {
  const result = await sending.then(
    () => null,
    (error: SendFailure) => error,
  );
  if (result === null) throw new Error('the mail was taken, though it should have been refused');
  return result;
}

export const ticketMail = {
  from: '"QRFlow" <tickets@qrflow.example>',
  to: 'asha@example.edu',
  subject: 'Your ticket',
  text: 'Hello Asha',
  html: '<html><head></head><body><p>Hello Asha</p><img src="cid:qr%40qrflow"><img src="cid:unknown"></body></html>',
  attachments: [
    { filename: 'qr.png', content: Buffer.from('89504e470d0a1a0a', 'hex'), cid: 'qr@qrflow' },
    { filename: 'event.ics', content: 'BEGIN:VCALENDAR', contentType: 'text/calendar' },
  ],
};
