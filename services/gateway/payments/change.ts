/** A person's decision about a payment: checked, stored in one step, told to ticketing. */
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import type { HoldReason } from '../../../shared/outcome.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { seesEventId } from '../auth/scope.ts';
import type { Acting, SignedIn } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { hastenSettling } from '../settling.ts';
import { HOLDS, isReleasable } from './holds.ts';
import { loadPayment } from './load.ts';
import { withStatus } from './manual.ts';
import { eventOf, hasBadAddress, overridesUpdate, type PaymentChange } from './overrides.ts';

const beingDecided = ({ _id }: PaymentDoc): string => `${_id} is being decided right now; look again in a moment`;

/** The hold that `release` lets go. @throws Problem 409 saying what to do instead */
function releasedReason(doc: PaymentDoc, release: NonNullable<PaymentChange['release']>): HoldReason {
  const reason = doc.outcome?.kind === 'held' ? doc.outcome.reason : null;
  // What is shown is of the event that it is moved away from.
  if (eventOf(doc) !== doc.event_id)
    throw new Problem(409, { detail: beingDecided(doc), outcome: doc.outcome?.kind ?? null, pending: true });
  if (!reason)
    throw new Problem(409, {
      detail: doc.pending
        ? beingDecided(doc)
        : `${doc._id} is not held (it is ${doc.outcome?.kind ?? 'not decided yet'}), so there is nothing to release`,
      outcome: doc.outcome?.kind ?? null,
      pending: doc.pending,
    });
  // Whoever decided saw another page: its event was cancelled since, say.
  if (release !== true && release !== reason)
    throw new Problem(409, { detail: `${doc._id} is held for another reason now (${reason}); look again`, reason });
  if (!isReleasable(reason))
    throw new Problem(409, { detail: `${reason} cannot be released. ${HOLDS[reason].action}`, reason });
  return reason;
}

/** One that this user may not see is none. @throws Problem 422 */
async function refuseUnknownEvent({ store }: { store: Store }, user: SignedIn, id: number): Promise<void> {
  if ((await store.events.exists({ _id: id })) && (await seesEventId({ store }, user, id))) return;
  throw faulty(422, [{ field: 'event_id', message: `there is no event ${id}` }]);
}

/** Whoever decided saw it elsewhere: a colleague assigned it since, say. @throws Problem 409 */
function refuseElsewhere(doc: PaymentDoc, { event_id, from_event_id: from }: PaymentChange): void {
  const now = eventOf(doc);
  if (from !== undefined && now !== from && now !== event_id)
    throw new Problem(409, {
      detail: `${doc._id} is for ${now === null ? 'no event' : 'another event'} now; look again`,
    });
}

/** Moving a ticket that was used would open two doors. @throws Problem 409 */
async function refuseAfterEntry(store: Store, { _id, attendee_id }: PaymentDoc, eventId: number): Promise<void> {
  const entered =
    attendee_id !== null &&
    (await store.attendees.exists({
      _id: attendee_id,
      event_id: { $ne: eventId },
      live: true,
      checked_in_at: { $ne: null },
    }));
  if (entered)
    throw new Problem(409, {
      detail: `the ticket of ${_id} has been used at the door; it cannot be moved to another event`,
    });
}

/** What Razorpay says of a payment only Razorpay changes. @throws Problem 403, 409 */
function refuseStatus({ _id, manual }: PaymentDoc, user: SignedIn): void {
  if (!manual)
    throw new Problem(409, { detail: `the status of ${_id} is Razorpay's own; refund it at Razorpay's dashboard` });
  if (user.role !== 'admin') throw new Problem(403, { detail: 'the status of a payment is for admins to set' });
}

/** Without money there is no ticket, and only a refund or a person takes one away. @throws Problem 409 */
async function refuseWithTicket(store: Store, doc: PaymentDoc, status: PaymentChange['status']): Promise<void> {
  if (doc.pending) throw new Problem(409, { detail: beingDecided(doc), pending: true });
  if (await store.attendees.exists({ payment_id: doc._id, live: true }))
    throw new Problem(409, {
      detail: `${doc._id} has a good ticket, so it cannot be ${status}: set it to refunded, or take the ticket away first`,
    });
}

/** Nobody knows whose it is, so nothing can be decided for them; only its money still moves. @throws Problem 409 */
function refuseErased({ _id, redacted_at }: PaymentDoc): void {
  if (redacted_at)
    throw new Problem(409, {
      detail: `the personal data of ${_id} was erased; nothing can be decided about it any more`,
    });
}

/** `still`: what must hold when it is stored. @throws Problem 403, 404, 409, 422 */
export async function changePayment(
  id: string,
  change: PaymentChange,
  { gateway, user, correlationId }: Acting,
  still: Record<string, unknown> = {},
): Promise<PaymentDoc> {
  const { store } = gateway;
  if (hasBadAddress(change)) throw faulty(422, [{ field: 'details.email', message: 'must be an e-mail address' }]);
  if (change.from_event_id !== undefined && change.event_id === undefined)
    throw faulty(422, [{ field: 'from_event_id', message: 'goes with event_id' }]);
  const before = await loadPayment(gateway, id, user);
  if (change.ours !== undefined && user.role !== 'admin')
    throw new Problem(403, { detail: 'whether a payment is ours is for admins to say' });
  if (change.status === undefined || Object.keys(change).length > 1) refuseErased(before);
  refuseElsewhere(before, change);
  if (typeof change.event_id === 'number') {
    await refuseUnknownEvent(gateway, user, change.event_id);
    await refuseAfterEntry(store, before, change.event_id);
  }
  if (change.status !== undefined) refuseStatus(before, user);
  const released = change.release ? releasedReason(before, change.release) : null;

  const now = new Date();
  const { update, fields } = overridesUpdate(change, released, before, now);
  const manual = change.status !== undefined && withStatus(before, change.status, { now, correlationId });
  const unpaid = manual && (change.status === 'created' || change.status === 'failed');
  if (unpaid) await refuseWithTicket(store, before, change.status);
  if (manual) {
    Object.assign(update.$set as object, manual);
    fields.push('status');
  }
  const changed = await store.payments
    .findOneAndUpdate(
      // Released is the hold that the caller saw: not one that took its place a moment ago.
      {
        _id: id,
        ...still,
        // Erased in this very moment: nobody's words come back.
        ...(!before.redacted_at && { redacted_at: null }),
        ...(manual && { rev: before.rev }),
        // Nobody gave it a ticket meanwhile.
        ...(unpaid && { pending: false, 'outcome.kind': before.outcome?.kind ?? null }),
        // Released is a hold at one event, and moved is what is at another.
        ...((released || change.event_id !== undefined) && {
          'overrides.event_id': before.overrides?.event_id ?? null,
        }),
        ...(change.from_event_id !== undefined && { event_id: before.event_id }),
        ...(released && { 'outcome.kind': 'held', 'outcome.reason': released }),
      },
      update,
      { returnDocument: 'after' },
    )
    .lean<PaymentDoc>();
  if (!changed) throw new Problem(409, { detail: `${id} changed at this very moment; look again` });

  await record(store, [
    {
      action: 'payment.changed_by_hand',
      actor: user.username,
      subject: `payment:${id}`,
      payment_id: id,
      event_id: changed.event_id ?? null,
      correlation_id: correlationId,
      facts: { fields, ...(released && { released }) },
    },
  ]);
  await hastenSettling(gateway, { payment_id: id }, correlationId);
  return (await store.payments.findById(id).lean<PaymentDoc>()) ?? changed;
}
