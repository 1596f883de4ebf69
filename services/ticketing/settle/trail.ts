/** What a settling leaves in the audit trail. Natural ids: settling again adds nothing. */
import type { Entry } from '../../../shared/audit/index.ts';
import type { AttendeeDoc, PaymentDoc, Ticket } from '../../../shared/store/documents.ts';
import type { Decision } from '../decide/decide.ts';

/** How the payment came to be known, and what changed it last. */
export function observedEntries(payment: PaymentDoc): Entry[] {
  const { changed_by: by, first_seen_at, first_source } = payment;
  const entry = (
    action: 'payment.created' | 'payment.updated',
    id: string,
    source: PaymentDoc['first_source'],
  ): Entry => ({
    id,
    action,
    actor: source === 'webhook' ? 'razorpay' : source === 'desk' ? (payment.manual?.by ?? 'gateway') : 'ingest',
    subject: `payment:${payment._id}`,
    payment_id: payment._id,
    event_id: payment.event_id,
    correlation_id: by.correlation_id,
    facts: { source, event: by.event, status: payment.payment?.value.status ?? null },
  });
  const created = entry('payment.created', `${payment._id}:created`, first_source);
  if (by.at.getTime() === first_seen_at.getTime()) return [created];
  return [created, entry('payment.updated', `${payment._id}:${by.observation}:observed`, by.source)];
}

export function settledEntries(
  payment: PaymentDoc,
  { outcome, choice }: Decision,
  attendee: AttendeeDoc | null,
): Entry[] {
  const reason = outcome.kind === 'held' ? outcome.reason : null;
  const common = {
    actor: 'ticketing',
    payment_id: payment._id,
    event_id: outcome.kind === 'foreign' ? null : (choice?.event._id ?? null),
    attendee_id: attendee?._id ?? null,
    correlation_id: payment.changed_by.correlation_id,
  };
  const entries: Entry[] = [];
  const before = payment.outcome;
  if (before?.kind !== outcome.kind || before.reason !== reason)
    entries.push({
      ...common,
      id: `${payment._id}:${payment.rev}:${outcome.kind}:${reason ?? ''}:${before?.since.getTime() ?? 0}`,
      action: 'payment.settled',
      subject: `payment:${payment._id}`,
      facts: { outcome: outcome.kind, reason },
    });
  return attendee ? [...entries, ...ticketEntries(attendee, common)] : entries;
}

/** From what is stored, not from who did it just now: a crash between effect and trail leaves no gap. */
export function ticketEntries(attendee: AttendeeDoc, common: Omit<Entry, 'action' | 'subject'>): Entry[] {
  const subject = `attendee:${attendee._id}`;
  const about = ({ id, issue }: Ticket) => ({ ...common, subject, facts: { ticket: id, issue } });
  const tickets = [...attendee.past_tickets, attendee.ticket];
  const revoked = tickets.filter(({ revoked_at }) => revoked_at !== null);
  return [
    { ...common, id: `${subject}:created`, action: 'attendee.created', subject },
    ...tickets.map((ticket): Entry => ({ ...about(ticket), id: `ticket:${ticket.id}:issued`, action: 'qr.generated' })),
    ...revoked.map(
      (ticket): Entry => ({ ...about(ticket), id: `ticket:${ticket.id}:revoked`, action: 'ticket.revoked' }),
    ),
  ];
}
