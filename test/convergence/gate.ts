/** The door after a history: no ticket that was taken back opens it (P4). Scans change nothing for the refused. */
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import type { Played, Theatre } from './play.ts';

const REFUSED = ['refunded', 'revoked'];

/** What the door lets in and should not, as sentences. */
export async function openToRevoked({ world }: Theatre, played: readonly Played[]): Promise<string[]> {
  const key = readSigningKey(world.env.TICKET_SIGNING_KEY as string);
  const ids = played.flatMap(({ made }) => made.map(({ id }) => id));
  const attendees = await world.store.attendees.find({ payment_id: { $in: ids } }).lean();
  const gone = attendees.flatMap(({ live, ticket, past_tickets }) => [...(live ? [] : [ticket]), ...past_tickets]);
  const answers = await Promise.all(
    gone.map(async ({ id, event_id }) => {
      const qr_token = await signTicket({ ticket: id, event: event_id }, key);
      const { body } = await world.api('POST', '/api/checkin/scan', { qr_token });
      return !body.success && REFUSED.includes(body.reason) ? [] : [`ticket ${id} was answered ${body.reason}`];
    }),
  );
  return answers.flat();
}
