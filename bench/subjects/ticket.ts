/** Tickets as mails, as ticketing makes them: token, QR, calendar, both texts. No store and no mail server. */
import { attendee, event, ticketMail } from '../../services/gateway/testing/documents.ts';
import { renderMail } from '../../services/ticketing/mail/render.ts';
import { readSigningKey } from '../../shared/ticket/token.ts';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { EVENT, PUBLIC_URL, ticketIdOf } from './tickets.ts';

const envelope = {
  from: 'Fest Desk <tickets@example.edu>',
  signingKey: readSigningKey(process.env.TICKET_SIGNING_KEY ?? ''),
  publicUrl: PUBLIC_URL,
};
const of = event(1, EVENT);
let made = 0;

const one = () => {
  const n = ++made;
  const { ticket } = attendee(n);
  const holder = attendee(n, { ticket: { ...ticket, id: ticketIdOf(n) } });
  return [ticketMail(n, { ticket_id: ticketIdOf(n) }), holder] as const;
};

answer('ready', () => true);
answer('work', (operations: number) => {
  const documents = Array.from({ length: operations }, one);
  return timed(operations, 1, async (nth) => {
    const [mail, holder] = documents[nth] as ReturnType<typeof one>;
    const { attachments } = await renderMail(mail, holder, of, envelope);
    if (attachments?.length !== 3) throw new Error('a ticket’s mail has three attachments');
  });
});
answer('png', async () => {
  const [mail, holder] = one();
  const { attachments } = await renderMail(mail, holder, of, envelope);
  const [png] = attachments ?? [];
  return Buffer.byteLength(png?.content as Buffer);
});
