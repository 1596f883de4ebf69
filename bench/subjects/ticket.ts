/** Tickets as mails, as ticketing makes them: token, QR, calendar, both texts. No store and no mail server. */
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { mailOf, nextTicket } from './mails.ts';

answer('ready', () => true);
answer('work', (operations: number) => {
  const tickets = Array.from({ length: operations }, nextTicket);
  return timed(operations, 1, async (nth) => {
    const { attachments } = await mailOf(tickets[nth] as ReturnType<typeof nextTicket>);
    if (attachments?.length !== 3) throw new Error('a ticket’s mail has three attachments');
  });
});
answer('png', async () => {
  const { attachments } = await mailOf(nextTicket());
  const [png] = attachments ?? [];
  return Buffer.byteLength(png?.content as Buffer);
});
