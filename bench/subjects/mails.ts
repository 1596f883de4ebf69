/** Mails of tickets as ticketing makes them, for whoever measures that or sends them. */
import type { SendMailOptions } from 'nodemailer';
import { attendee, event, ticketMail } from '../../services/gateway/testing/documents.ts';
import { renderMail } from '../../services/ticketing/mail/render.ts';
import { readSender } from '../../services/ticketing/sender.ts';
import { readSigningKey } from '../../shared/ticket/token.ts';
import { EVENT, PUBLIC_URL, ticketIdOf } from './tickets.ts';

/** As `MAIL_WORKERS` has it when nothing is said. */
export const AT_ONCE = 4;

export const server = () => ({
  host: '127.0.0.1',
  port: Number(process.env.SMTP_PORT),
  username: process.env.SMTP_USERNAME ?? '',
  password: process.env.SMTP_PASSWORD ?? '',
  ca: process.env.SMTP_CA ?? '',
});

const envelope = {
  from: readSender('Fest Desk <tickets@example.edu>'),
  signingKey: readSigningKey(process.env.TICKET_SIGNING_KEY ?? ''),
  publicUrl: PUBLIC_URL,
};
const of = event(1, EVENT);
let made = 0;

/** What a mail is made from: a ticket's that none was made for before. */
export function nextTicket() {
  const n = ++made;
  const { ticket } = attendee(n);
  return {
    mail: ticketMail(n, { ticket_id: ticketIdOf(n) }),
    holder: attendee(n, { ticket: { ...ticket, id: ticketIdOf(n) } }),
  };
}

export const mailOf = ({ mail, holder }: ReturnType<typeof nextTicket>): Promise<SendMailOptions> =>
  renderMail(mail, holder, of, envelope);

/** So many tickets' mails. */
export const mails = (count: number): Promise<SendMailOptions[]> =>
  Promise.all(Array.from({ length: count }, () => mailOf(nextTicket())));
