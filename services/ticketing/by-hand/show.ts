/** The token of somebody's ticket, for the desk that shows or prints it: only ticketing can sign one. */
import type { KeyObject } from 'node:crypto';
import { record } from '../../../shared/audit/index.ts';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import type { Asked } from './finish.ts';

/** In the trail before it is told: who was given a ticket that opens the door. @throws RequestFailed 404, 409 */
export async function showTicket(
  store: Store,
  signingKey: KeyObject,
  id: number,
  { by, correlationId }: Asked,
): Promise<string> {
  const attendee = await store.attendees.findById(id).lean<AttendeeDoc>();
  if (!attendee) throw new RequestFailed(404, `there is no attendee ${id}`);
  const { live, ticket, payment_id } = attendee;
  const { event_id } = ticket;
  if (!live || ticket.revoked_at) throw new RequestFailed(409, 'its ticket opens no door any more');
  const token = await signTicket({ ticket: ticket.id, event: event_id }, signingKey);
  await record(store, [
    {
      action: 'ticket.shown',
      actor: by,
      subject: `attendee:${id}`,
      payment_id,
      event_id,
      attendee_id: id,
      correlation_id: correlationId,
      facts: { issue: ticket.issue },
    },
  ]);
  return token;
}
