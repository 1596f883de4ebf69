/**
 * What follows a change by hand: the mails and the trail, and the payment decided anew where there is one. The attendee
 * itself says that it is due, so a crash anywhere leaves it to recovery. Safe to do again.
 */
import { randomUUID } from 'node:crypto';
import { type Entry, record } from '../../../shared/audit/index.ts';
import type { AttendeeDoc, PendingByHand } from '../../../shared/store/documents.ts';
import { settleMails } from '../mail/owe.ts';
import { redactAttendee } from '../redact/redact.ts';
import { claimPayment } from '../settle/claim.ts';
import { reopen } from '../settle/finish.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { ticketEntries } from '../settle/trail.ts';

/** Who asks, as the trail will tell. */
export interface Asked {
  by: string;
  correlationId: string;
}

export const pendingBy = ({ by, correlationId }: Asked, at: Date): PendingByHand => ({
  token: randomUUID(),
  by,
  correlation_id: correlationId,
  at,
});

/** Who made it final where a refund had taken the ticket before: that has its own entry. */
function forGood({ _id, payment_id, event_id, ticket, pending }: AttendeeDoc): Entry[] {
  const { id, issue, revoked_reason, revoked_at } = ticket;
  if (!pending || payment_id === null || revoked_reason !== 'by_hand' || !revoked_at || revoked_at >= pending.at)
    return [];
  return [
    {
      id: `ticket:${id}:revoked:for_good`,
      action: 'ticket.revoked',
      actor: pending.by,
      subject: `attendee:${_id}`,
      ...{ payment_id, event_id, attendee_id: _id, correlation_id: pending.correlation_id },
      facts: { ticket: id, issue },
    },
  ];
}

/** `attendee` as stored with its `pending`. */
export async function finishByHand(tools: SettleTools, attendee: AttendeeDoc): Promise<void> {
  const { store } = tools;
  const { _id, pending, payment_id, event_id } = attendee;
  if (!pending) return;
  const { by, correlation_id } = pending;
  const { redacted_at, redacted_by } = attendee;
  if (redacted_at && redacted_by) await redactAttendee(store, attendee, redacted_by, redacted_at);
  if (!attendee.live) tools.onFreed(event_id);
  await Promise.all([
    settleMails(
      store,
      attendee,
      { domain: tools.mailDomain, correlationId: correlation_id, paidAt: null, corrected: true },
      new Date(),
    ),
    record(store, [
      ...ticketEntries(attendee, { actor: by, payment_id, event_id, attendee_id: _id, correlation_id }),
      ...forGood(attendee),
    ]),
  ]);
  if (payment_id !== null) await reopen(store, payment_id, new Date());
  // Only what was done: somebody may have asked for more meanwhile.
  await store.attendees.updateOne({ _id, 'pending.token': pending.token }, { $unset: { pending: 1 } });
  tools.onMailOwed();
  const claimed = payment_id === null ? null : await claimPayment(store, payment_id);
  if (claimed) await settle(tools, claimed.payment, claimed.claim);
}

/** Whoever asked does it within moments; after that it is left behind. */
const LEFT_AFTER_MS = 10_000;
const AT_ONCE = 200;

/** Does what was left behind. */
export async function finishPending(tools: SettleTools, stopped: () => boolean): Promise<void> {
  const left = await tools.store.attendees
    .find({ 'pending.at': { $lte: new Date(Date.now() - LEFT_AFTER_MS) } })
    .sort({ 'pending.at': 1 })
    .limit(AT_ONCE)
    .lean<AttendeeDoc[]>();
  for (const attendee of left) {
    if (stopped()) return;
    await finishByHand(tools, attendee);
    const { _id, pending } = attendee;
    tools.log.info({ attendee_id: _id, correlation_id: pending?.correlation_id }, 'by hand: finished what was left');
  }
}
