/**
 * What mails an attendee is owed: each live ticket its mail, each revoked one that was mailed its cancellation (P5).
 * A mail is known by its ticket and kind, so owing it twice is owing it once, also for an attendee who was made anew
 * after a restore.
 */
import {
  type AttendeeDoc,
  type MailDoc,
  type MailKind,
  type Ticket,
  UNSENT_STATES,
} from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { owedAnew, sentAnew } from './anew.ts';
import { messageId } from './message-id.ts';

/** Tickets go before anything that is sent in bulk. */
const PRIORITY: Record<MailKind, number> = { ticket: 0, cancellation: 1 };

export const mailKey = (attendeeId: number, kind: MailKind, issue: number): string => `${attendeeId}:${kind}:${issue}`;

export interface MailContext {
  /** The domain of Message-IDs. */
  domain: string;
  correlationId: string;
  paidAt: Date | null;
  /** A person gave this address, or a payment did of whom the desk had added: what went elsewhere goes out once more. */
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
  const { _id: attendee_id } = attendee;
  const mail: Omit<MailDoc, '_id' | 'attendee_id'> = {
    event_id: ticket.event_id,
    payment_id: attendee.payment_id,
    kind,
    issue: ticket.issue,
    ticket_id: ticket.id,
    state: attendee.redacted_at ? 'cancelled' : attendee.email === null ? 'no_address' : 'owed',
    priority: PRIORITY[kind],
    to: null,
    message_id: messageId(kind, attendee_id, ticket, context.domain),
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
  const put = (_id: string) =>
    store.mails.updateOne(
      { ticket_id: ticket.id, kind },
      { $set: { attendee_id }, $setOnInsert: { _id, ...mail } },
      { upsert: true },
    );
  const key = mailKey(attendee_id, kind, ticket.issue);
  try {
    await put(key);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Somebody owed it in this moment; or a backup brought another ticket's mail under this number.
    if (!(await store.mails.exists({ ticket_id: ticket.id, kind }))) await put(`${key}:${ticket.id}`);
  }
}

/**
 * A mail that had no address, or failed at the one it had or rests because of it, is owed at once when there is another; one
 * that went out, when it was corrected where to.
 */
async function readdress(store: Store, attendee: AttendeeDoc, corrected: boolean, now: Date) {
  const { _id: attendee_id, email, live, ticket } = attendee;
  if (email === null) return;
  const its = { attendee_id, kind: 'ticket' as const, issue: ticket.issue };
  // Before the ones that were sent: in between it would be neither.
  if (corrected && live) await store.mails.updateMany({ ...its, state: 'sending' }, { $inc: { readdressed: 1 } });
  await store.mails.updateMany(
    {
      attendee_id,
      $or: [
        { state: 'no_address' },
        { state: 'failed', to: { $ne: email } },
        { state: 'owed', due_at: { $gt: now }, to: { $nin: [null, email] } },
        // Given up while its ticket was not live as stored, which a restore may have been the reason for.
        ...(live ? [{ state: 'cancelled' as const, kind: 'ticket' as const, ticket_id: ticket.id }] : []),
      ],
    },
    { $set: owedAnew(now) },
  );
  if (!corrected || !live) return;
  const elsewhere = { ...its, state: 'sent' as const, to: { $ne: email } };
  for (const { _id, message_id } of await store.mails.find(elsewhere, { message_id: 1 }).lean())
    await store.mails.updateOne({ ...elsewhere, _id }, { $set: sentAnew(message_id, now) });
}

/** What was not sent yet is not sent any more; what was once, or may be being sent, gets its cancellation. */
async function cancel(store: Store, attendee: AttendeeDoc, ticket: Ticket, context: MailContext, now: Date) {
  const its = { ticket_id: ticket.id, kind: 'ticket' as const };
  await store.mails.updateOne({ ...its, state: { $in: UNSENT_STATES } }, { $set: { state: 'cancelled', lease: null } });
  const mailed = await store.mails.exists({
    ...its,
    $or: [{ state: { $in: ['sending', 'sent'] } }, { sent_at: { $ne: null } }, { unconfirmed: { $gt: 0 } }],
  });
  if (mailed) await owe(store, attendee, ticket, 'cancellation', context, now);
}

/**
 * A ticket's mail that failed for good: nobody need be told of it where the ticket was revoked while it was on its way.
 * Whoever revokes looks at the mails afterwards, and who marks one failed at the ticket: so one of the two sees the other.
 */
export async function cancelVoid(store: Store, { _id, kind, attendee_id, ticket_id }: MailDoc): Promise<void> {
  if (kind !== 'ticket') return;
  const over = { _id: attendee_id, $or: [{ live: false }, { 'ticket.id': { $ne: ticket_id } }] };
  if (await store.attendees.exists(over))
    await store.mails.updateOne({ _id, state: 'failed' }, { $set: { state: 'cancelled' } });
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
