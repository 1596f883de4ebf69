/**
 * Erasing, as single steps that are each safe to do again. First the payment is marked and emptied in one write, which
 * also makes it pending: settling a redacted payment erases what belongs to it, whoever does that, after whatever crash.
 */
import { type Entry, record } from '../../../shared/audit/index.ts';
import { type AttendeeDoc, type PaymentDoc, type RedactedBy, UNSENT_STATES } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { isBare, NOBODY, redactedPayment } from './fields.ts';

/** Marks and empties a payment. False: it was before. */
export async function redactPayment(store: Store, id: string, by: RedactedBy, now = new Date()): Promise<boolean> {
  for (;;) {
    const payment = await store.payments.findById(id).lean<PaymentDoc>();
    if (!payment || payment.redacted_at) return false;
    // By compare-and-set: facts that came in meanwhile would be put back to what they were.
    const { matchedCount } = await store.payments.updateOne(
      { _id: id, rev: payment.rev, redacted_at: null },
      redactedPayment(payment, by, now),
    );
    if (matchedCount === 1) return true;
  }
}

/**
 * Marks and empties what is held as a duplicate of this payment: once nobody has the ticket's name, it would be given one
 * of its own. Before the payment itself. @returns their ids
 */
export async function redactDuplicates(store: Store, id: string, by: RedactedBy, now = new Date()): Promise<string[]> {
  const duplicates = await store.payments
    .find(
      {
        ...{ 'outcome.kind': 'held', 'outcome.reason': 'duplicate_payment', 'outcome.about.other_payment_id': id },
        ...{ attendee_id: null, redacted_at: null },
      },
      { _id: 1 },
    )
    .lean();
  const redacted: string[] = [];
  for (const { _id } of duplicates) if (await redactPayment(store, _id, by, now)) redacted.push(_id);
  return redacted;
}

const entry = (action: Entry['action'], subject: string, { by, reason, correlation_id }: RedactedBy): Entry => ({
  id: `${subject}:redacted`,
  action,
  actor: by,
  subject,
  correlation_id,
  facts: { reason },
});

/** Mails go nowhere any more. One that is on its way may arrive: its sender loses the lease, and writes no address back. */
async function redactMails(store: Store, attendeeId: number): Promise<void> {
  const its = { attendee_id: attendeeId };
  await store.mails.updateMany(
    { ...its, state: 'sending' },
    { $set: { state: 'cancelled', lease: null }, $inc: { unconfirmed: 1 } },
  );
  await store.mails.updateMany(
    { ...its, state: { $in: UNSENT_STATES } },
    { $set: { state: 'cancelled', lease: null } },
  );
  await store.mails.updateMany(
    { ...its, $or: [{ to: { $ne: null } }, { error: { $ne: null } }] },
    { $set: { to: null, error: null } },
  );
}

/** Empties an attendee, then the mails. The attendee goes first: a mail is made from it. */
export async function redactAttendee(store: Store, attendee: AttendeeDoc, by: RedactedBy, at: Date): Promise<void> {
  const { _id } = attendee;
  if (!isBare(attendee)) {
    await store.attendees.updateOne(
      { _id },
      {
        $set: {
          ...NOBODY,
          redacted_at: attendee.redacted_at ?? at,
          redacted_by: attendee.redacted_by ?? by,
        },
      },
    );
    await store.attendees.updateOne(
      { _id, 'past_checkins.note': { $type: 'string' } },
      { $set: { 'past_checkins.$[].note': null } },
    );
  }
  await redactMails(store, _id);
  await record(
    store,
    [
      {
        ...entry('attendee.redacted', `attendee:${_id}`, attendee.redacted_by ?? by),
        payment_id: attendee.payment_id,
        event_id: attendee.event_id,
        attendee_id: _id,
      },
    ],
    at,
  );
}

const bytesOf = (payload: Buffer): Buffer =>
  Buffer.isBuffer(payload) ? payload : Buffer.from((payload as unknown as { value(): Uint8Array }).value());

/** Messages about it that nobody could handle; of those that nobody could read, the ones that name it. */
async function redactLetters(store: Store, { _id }: PaymentDoc, unreadableToo: boolean): Promise<void> {
  await store.deadLetters.deleteMany({ payment_id: _id });
  if (!unreadableToo) return;
  const unreadable = store.deadLetters
    .find({ payment_id: null, size: { $gt: 0 } }, { payload: 1 })
    .lean()
    .cursor();
  for await (const letter of unreadable)
    if (bytesOf(letter.payload).includes(_id)) await store.deadLetters.deleteOne({ _id: letter._id });
}

/** What belongs to a redacted payment: its attendee with check-ins and mails, dead letters; and the trail. */
export async function redactBelongings(store: Store, payment: PaymentDoc): Promise<void> {
  const { _id, redacted_at, redacted_by } = payment;
  if (!redacted_at) return;
  const by = redacted_by ?? { by: 'ticketing', reason: 'other', correlation_id: payment.changed_by.correlation_id };
  const attendee = await store.attendees.findOne({ payment_id: _id }).lean<AttendeeDoc>();
  if (attendee) await redactAttendee(store, attendee, by, redacted_at);
  // By schedule those that nobody could read are gone by themselves: they live 30 days.
  await redactLetters(store, payment, by.reason !== 'retention');
  await record(
    store,
    [
      {
        ...entry('payment.redacted', `payment:${_id}`, by),
        payment_id: _id,
        event_id: payment.event_id,
        attendee_id: attendee?._id ?? null,
      },
    ],
    redacted_at,
  );
}
