/** What a settling leaves in the audit trail. Natural ids: settling again adds nothing. */
import type { Entry } from '../../../shared/audit/index.ts';
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Decision } from '../decide/decide.ts';

export function observedEntry(payment: PaymentDoc): Entry {
  const { changed_by: by, rev } = payment;
  return {
    id: `${payment._id}:${rev}:observed`,
    action: rev === 1 ? 'payment.created' : 'payment.updated',
    actor: by.source === 'webhook' ? 'razorpay' : 'ingest',
    subject: `payment:${payment._id}`,
    payment_id: payment._id,
    event_id: payment.event_id,
    correlation_id: by.correlation_id,
    facts: { source: by.source, event: by.event, status: payment.payment?.value.status ?? null },
  };
}

export interface Effects {
  attendee: AttendeeDoc | null;
  made: boolean;
  issued: boolean;
  revoked: boolean;
}

export function settledEntries(payment: PaymentDoc, { outcome, choice }: Decision, effects: Effects): Entry[] {
  const { attendee } = effects;
  const reason = outcome.kind === 'held' ? outcome.reason : null;
  const common = {
    actor: 'ticketing',
    payment_id: payment._id,
    event_id: choice?.event._id ?? null,
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
  if (!attendee) return entries;
  const ticket = { issue: attendee.ticket.issue, ticket: attendee.ticket.id };
  const subject = `attendee:${attendee._id}`;
  if (effects.made)
    entries.push({ ...common, id: `attendee:${attendee._id}:created`, action: 'attendee.created', subject });
  if (effects.issued)
    entries.push({ ...common, id: `ticket:${ticket.ticket}:issued`, action: 'qr.generated', subject, facts: ticket });
  if (effects.revoked)
    entries.push({
      ...common,
      id: `ticket:${ticket.ticket}:revoked`,
      action: 'ticket.revoked',
      subject,
      facts: ticket,
    });
  return entries;
}
