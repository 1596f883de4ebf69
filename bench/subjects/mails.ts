/** The mails that both sides send, as ticketing makes them; and how many at a time. */
import type { SendMailOptions } from 'nodemailer';
import { attendee, event, ticketMail } from '../../services/gateway/testing/documents.ts';
import { renderMail } from '../../services/ticketing/mail/render.ts';
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
  from: 'Fest Desk <tickets@example.edu>',
  signingKey: readSigningKey(process.env.TICKET_SIGNING_KEY ?? ''),
  publicUrl: PUBLIC_URL,
};
const of = event(1, EVENT);
let made = 0;

/** So many tickets' mails, none of them made before. */
export const mails = (count: number): Promise<SendMailOptions[]> =>
  Promise.all(
    Array.from({ length: count }, () => {
      const n = ++made;
      const mail = ticketMail(n, { ticket_id: ticketIdOf(n) });
      const { ticket } = attendee(n);
      const holder = attendee(n, { email: 'asha@example.edu', ticket: { ...ticket, id: ticketIdOf(n) } });
      return renderMail(mail, holder, of, envelope);
    }),
  );
