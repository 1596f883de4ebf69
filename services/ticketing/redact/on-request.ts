/**
 * Erasing because a person asked: this attendee and its payment, or this payment and its attendee; and what else the same
 * student paid or tried to.
 */
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { Requests } from '../../../shared/bus/requests.ts';
import type { AttendeeDoc, EventDoc, PaymentDoc, RedactedBy } from '../../../shared/store/documents.ts';
import { finishByHand, pendingBy } from '../by-hand/finish.ts';
import { claimPayment } from '../settle/claim.ts';
import { revokeTicket } from '../settle/revoked.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { redactHandMade } from './hand-made.ts';
import { type Other, othersOf } from './others.ts';
import { redactBelongings, redactDuplicates, redactPayment } from './redact.ts';
import { endOf } from './retention.ts';

type Question = Requests['ticketing.redact']['question'];

/** Razorpay may still tell of it, or a hold may still be resolved: a ticket may come of it. */
const mayBecomeTicket = ({ outcome }: PaymentDoc): boolean =>
  outcome === undefined || outcome.kind === 'held' || outcome.kind === 'awaiting';

/** Failed tries, and those that were only begun, go along unasked. */
const mayBringTicket = ({ outcome, payment }: Other): boolean => {
  if (outcome && outcome.kind !== 'awaiting') return outcome.kind === 'held';
  const status = payment?.value.status;
  return status === 'authorized' || status === 'captured';
};

/** Erased, nobody can be told apart at the door: while the event is to come, the ticket must be given up. @throws RequestFailed 409 */
function refuseTicketHolder(
  attendee: AttendeeDoc | null,
  payment: PaymentDoc | null,
  others: readonly Other[],
  event: EventDoc | null,
  now: Date,
): void {
  const ahead = event === null || (event.status !== 'cancelled' && endOf(event) > now);
  if (!ahead) return;
  const holds = attendee ? attendee.live : payment !== null && mayBecomeTicket(payment);
  if (holds)
    throw new RequestFailed(
      409,
      attendee
        ? 'the event is still to come: erasing takes the ticket away, so say give_up_ticket: true'
        : 'a ticket may still come of this payment: erasing gives it up, so say give_up_ticket: true',
    );
  if (others.some(mayBringTicket))
    throw new RequestFailed(
      409,
      'a ticket may still come of another payment of this student: erasing gives it up, so say give_up_ticket: true',
    );
}

/** Not left to whoever settles it at this moment: what was asked for is gone when it is answered. False: it was before. */
async function erase(tools: SettleTools, id: string, by: RedactedBy, now: Date): Promise<boolean> {
  const { store } = tools;
  const redacted = await redactPayment(store, id, by, now);
  const marked = await store.payments.findById(id).lean<PaymentDoc>();
  if (marked) await redactBelongings(store, marked);
  const claimed = await claimPayment(store, id);
  if (claimed) await settle(tools, claimed.payment, claimed.claim);
  return redacted;
}

/** @throws RequestFailed 404, 409 */
export async function redactOnRequest(
  tools: SettleTools,
  { attendee_id, payment_id, give_up_ticket, reason, requested_by }: Question,
  correlationId: string,
): Promise<{ redacted: boolean }> {
  const { store, log, metrics } = tools;
  const now = new Date();
  const attendee = await store.attendees
    .findOne(attendee_id === undefined ? { payment_id: payment_id ?? '' } : { _id: attendee_id })
    .lean<AttendeeDoc>();
  if (attendee_id !== undefined && !attendee) throw new RequestFailed(404, `there is no attendee ${attendee_id}`);
  const id = payment_id ?? attendee?.payment_id ?? null;
  const payment = id === null ? null : await store.payments.findById(id).lean<PaymentDoc>();
  if (attendee_id === undefined && !payment) throw new RequestFailed(404, `there is no payment ${payment_id}`);
  const eventId = attendee?.event_id ?? payment?.event_id ?? null;
  const event = eventId === null ? null : await store.events.findById(eventId).lean<EventDoc>();
  const before = payment ? payment.redacted_at : attendee?.redacted_at;
  const others = await othersOf(store, payment, attendee);
  if (!before && !give_up_ticket) refuseTicketHolder(attendee, payment, others, event, now);

  const givenUp = give_up_ticket && (event === null || endOf(event) > now);
  const by: RedactedBy = {
    ...{ by: requested_by, reason, correlation_id: correlationId },
    ...(givenUp && { gives_up_ticket: true }),
  };
  if (attendee && givenUp)
    await revokeTicket(store, attendee, now, {
      reason: 'by_hand',
      pending: pendingBy({ by: requested_by, correlationId }, now),
    });

  let redacted = false;
  // Before the payment itself: what finds them is on it, for whoever asks again after a crash.
  const duplicates = payment ? await redactDuplicates(store, payment._id, by, now) : [];
  for (const other of new Set([...duplicates, ...others.map(({ _id }) => _id)])) await erase(tools, other, by, now);
  if (payment) redacted = await erase(tools, payment._id, by, now);
  else if (attendee && !attendee.redacted_at) {
    if (!(await redactHandMade(store, attendee._id, by, now)))
      throw new RequestFailed(409, 'this attendee changed at this very moment; try again');
    redacted = true;
  }
  const left = attendee && (await store.attendees.findById(attendee._id).lean<AttendeeDoc>());
  if (left) await finishByHand(tools, left);
  if (redacted) {
    metrics.redacted.inc({ reason });
    log.info({ payment_id: id, attendee_id: attendee?._id, reason, correlation_id: correlationId }, 'redact: erased');
  }
  return { redacted };
}
