/** An attendee as the API answers it. Pure. */
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { FIELD_NAMES, FIELDS, type Field } from './fields.ts';
import type { AttendeeAnswer } from './schema.ts';

/** Of the mail with the ticket. */
export type TicketMail = Pick<MailDoc, '_id' | 'ticket_id' | 'state' | 'sent_at' | 'error'>;

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;

export function presentAttendee(attendee: AttendeeDoc, mail: TicketMail | undefined): AttendeeAnswer {
  const details = Object.fromEntries(
    FIELD_NAMES.map((field) => [field, attendee.details?.[FIELDS[field]] ?? null]),
  ) as Record<Field, string | null>;
  return {
    id: attendee._id,
    event_id: attendee.event_id,
    payment_id: attendee.payment_id ?? null,
    ...details,
    email: attendee.email ?? null,
    live: attendee.live,
    seat: attendee.live ? (attendee.seat ?? null) : null,
    qr_generated: attendee.live,
    ticket_id: attendee.ticket.id,
    revoked_reason: attendee.ticket.revoked_reason ?? null,
    email_sent: mail?.state === 'sent',
    email_state: mail?.state ?? null,
    email_sent_at: iso(mail?.sent_at),
    email_error: mail?.error?.text ?? null,
    checked_in: attendee.checked_in_at != null,
    checkin_time: iso(attendee.checked_in_at),
    checked_in_by: attendee.checked_in_by ?? null,
    gate: attendee.checked_in_gate ?? null,
    created_at: attendee.created_at.toISOString(),
    redacted_at: iso(attendee.redacted_at),
  };
}
