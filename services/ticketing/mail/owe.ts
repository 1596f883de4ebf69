/**
 * What mails an attendee is owed: each live ticket its mail, each revoked one that was mailed its cancellation (P5).
 * A mail's key is natural, so owing it twice is owing it once.
 */
import type { AttendeeDoc, MailDoc, MailKind, Ticket } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';

/** Tickets go before anything that is sent in bulk. */
const PRIORITY: Record<MailKind, number> = { ticket: 0, cancellation: 1 };

export const mailKey = (attendeeId: number, kind: MailKind, issue: number): string => `${attendeeId}:${kind}:${issue}`;

export interface MailContext {
  /** The domain of Message-IDs. */
  domain: string;
  correlationId: string;
  paidAt: Date | null;
  /** A person gave this address: what went elsewhere goes out once more. */
  corrected: boolean;
}

async function owe(
  store: Store,
  attendee: AttendeeDoc,
  ticket: Ticket,
  kind: MailKind,
  context: MailContext,
  now: Date,
) {
  const _id = mailKey(attendee._id, kind, ticket.issue);
  const mail: MailDoc = {
    _id,
    attendee_id: attendee._id,
    event_id: ticket.event_id,
    payment_id: attendee.payment_id,
    kind,
    issue: ticket.issue,
    ticket_id: ticket.id,
    state: attendee.email === null ? 'no_address' : 'owed',
    priority: PRIORITY[kind],
    to: null,
    message_id: `<${kind}.${attendee._id}.${ticket.issue}.${ticket.id}@${context.domain}>`,
    due_at: now,
    attempts: 0,
    lease: null,
    unconfirmed: 0,
    error: null,
    correlation_id: context.correlationId,
    paid_at: context.paidAt,
    created_at: now,
    sent_at: null,
  };
  try {
    await store.mails.updateOne({ _id }, { $setOnInsert: mail }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/**
 * A mail that had no address, or failed at the one it had, is owed again once there is another; one that went out, once a
 * person corrected where to.
 */
async function readdress(store: Store, attendee: AttendeeDoc, corrected: boolean, now: Date) {
  if (attendee.email === null) return;
  await store.mails.updateMany(
    {
      attendee_id: attendee._id,
      $or: [
        { state: 'no_address' },
        { state: 'failed', to: { $ne: attendee.email } },
        ...(corrected && attendee.live
          ? [
              {
                state: 'sent' as const,
                kind: 'ticket' as const,
                issue: attendee.ticket.issue,
                to: { $ne: attendee.email },
              },
            ]
          : []),
      ],
    },
    { $set: { state: 'owed', due_at: now, attempts: 0, error: null, sent_at: null } },
  );
}

/** What was not sent yet is not sent any more; what was, or may be being sent, gets its cancellation. */
async function cancel(store: Store, attendee: AttendeeDoc, ticket: Ticket, context: MailContext, now: Date) {
  const _id = mailKey(attendee._id, 'ticket', ticket.issue);
  await store.mails.updateOne(
    { _id, state: { $in: ['owed', 'no_address', 'failed'] } },
    { $set: { state: 'cancelled', lease: null } },
  );
  const mailed = await store.mails.exists({
    _id,
    $or: [{ state: { $in: ['sending', 'sent'] } }, { unconfirmed: { $gt: 0 } }],
  });
  if (mailed) await owe(store, attendee, ticket, 'cancellation', context, now);
}

/** Brings the outbox in line with an attendee's tickets. `made`: the attendee is new, so that nothing older is there. */
export async function settleMails(
  store: Store,
  attendee: AttendeeDoc,
  context: MailContext,
  now: Date,
  made = false,
): Promise<void> {
  for (const ticket of attendee.past_tickets) await cancel(store, attendee, ticket, context, now);
  if (attendee.live) await owe(store, attendee, attendee.ticket, 'ticket', context, now);
  else await cancel(store, attendee, attendee.ticket, context, now);
  if (!made) await readdress(store, attendee, context.corrected, now);
}
