/** Whether a mail may go out, from what the store says right before. Pure. */
import type { MailDoc } from '../../../shared/store/documents.ts';
import type { MailContents } from './claim.ts';

/** Whether the student may have it: it went out, though it may be owed once more since, or nobody knows. */
export const mayHaveArrived = ({ state, sent_at, unconfirmed }: Pick<MailDoc, 'state' | 'sent_at' | 'unconfirmed'>) =>
  state === 'sent' || sent_at instanceof Date || unconfirmed > 0;

/** - send: now; - wait: owed again in `ms`; - otherwise: its final or resting state */
export type MailVerdict = { kind: 'send' } | { kind: 'wait'; ms: number } | { kind: 'state'; state: MailDoc['state'] };

/** While its ticket's mail is being sent, a cancellation cannot know whether there is anything to cancel. */
const WAIT_FOR_TICKET_MS = 15_000;

/** Nobody deletes attendees or events: a backup was copied before they were made, and they are about to be made again. */
const WAIT_FOR_OWNER_MS = 60_000;

export function mailVerdict({ mail, attendee, event, ticketMail }: MailContents): MailVerdict {
  if (!attendee || !event) return { kind: 'wait', ms: WAIT_FOR_OWNER_MS };
  if (attendee.redacted_at) return { kind: 'state', state: 'cancelled' };
  if (mail.kind === 'ticket') {
    const { ticket } = attendee;
    if (!attendee.live || ticket.id !== mail.ticket_id || ticket.revoked_at)
      return { kind: 'state', state: 'cancelled' };
  } else {
    if (ticketMail?.state === 'sending') return { kind: 'wait', ms: WAIT_FOR_TICKET_MS };
    if (!ticketMail || !mayHaveArrived(ticketMail)) return { kind: 'state', state: 'cancelled' };
  }
  return attendee.email === null ? { kind: 'state', state: 'no_address' } : { kind: 'send' };
}
