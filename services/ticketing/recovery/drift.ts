/**
 * Whether a settled payment, its attendee and their mails fit together. Pure. In a running system they do: what is not
 * done yet is pending. They do not after a crash that a claim did not cover, or when a backup was copied collection after
 * collection while people paid.
 */
import type { AttendeeDoc, MailDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { mayHaveArrived } from '../mail/verdict.ts';

/**
 * - lost_attendee: ticketed, and nobody has the ticket
 * - stray_ticket: a live ticket whose payment did not come out as ticketed
 * - no_ticket: ticketed, and its attendee has no live ticket, or another event's
 * - unmailed: a live ticket that no mail is owed for
 * - half_redacted: of payment and attendee only one is redacted
 * - uncancelled: a ticket that was mailed and revoked, and no cancellation is owed
 */
export type Drift = 'lost_attendee' | 'stray_ticket' | 'no_ticket' | 'half_redacted' | 'unmailed' | 'uncancelled';

export type Settled = Pick<PaymentDoc, '_id' | 'rev' | 'pending' | 'outcome' | 'event_id' | 'redacted_at'>;
export type Holder = Pick<AttendeeDoc, 'payment_id' | 'event_id' | 'live' | 'ticket' | 'past_tickets' | 'redacted_at'>;
export type Mailed = Pick<MailDoc, 'ticket_id' | 'kind' | 'state' | 'sent_at' | 'unconfirmed'>;

/** `mails`: those of this attendee's tickets. Null: they fit, or somebody is at it. */
export function driftOf(payment: Settled, attendee: Holder | null, mails: readonly Mailed[]): Drift | null {
  const kind = payment.outcome?.kind;
  if (payment.pending || kind === undefined) return null;
  if (!attendee) return kind === 'ticketed' ? 'lost_attendee' : null;
  if (Boolean(payment.redacted_at) !== Boolean(attendee.redacted_at)) return 'half_redacted';
  const { live, ticket, past_tickets, redacted_at } = attendee;
  // A payment moved to a full event is held there while its old ticket stays good.
  if (live && kind !== 'ticketed') return kind === 'held' ? null : 'stray_ticket';
  if (kind === 'ticketed' && (!live || attendee.event_id !== payment.event_id)) return 'no_ticket';
  // Nobody is mailed any more.
  if (redacted_at) return null;
  const mailOf = (ticketId: string, of: MailDoc['kind']) =>
    mails.find((mail) => mail.ticket_id === ticketId && mail.kind === of);
  if (live && (mailOf(ticket.id, 'ticket')?.state ?? 'cancelled') === 'cancelled') return 'unmailed';
  const revoked = live ? past_tickets : [...past_tickets, ticket];
  const uncancelled = revoked.some(({ id }) => {
    const mail = mailOf(id, 'ticket');
    return mail !== undefined && mayHaveArrived(mail) && !mailOf(id, 'cancellation');
  });
  return uncancelled ? 'uncancelled' : null;
}
