/** How a settling ends: on the payment itself, and only if nothing changed meanwhile. */
import { idWords, paymentWords } from '../../../shared/search.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { Decision } from '../decide/decide.ts';
import { evidence } from '../decide/event.ts';
import type { Claim } from '../join/pipeline.ts';
import { strippedRegisters } from '../redact/fields.ts';

/**
 * A payment that is not ours is kept without personal data. Digest and version stay as they are (a join may just have
 * advanced the version), so that a sweep finds it unchanged.
 */
const stub = (payment: PaymentDoc) => ({ ...strippedRegisters(payment), event_id: null, event_choice: null });

/** Writes the outcome. False: something changed, or the claim was lost; what was written is nothing. */
export async function finish(
  store: Store,
  payment: PaymentDoc,
  claim: Claim,
  { outcome, flags, reading, choice }: Decision,
  attendeeId: number | null,
  lookedUp: boolean,
  now: Date,
): Promise<boolean> {
  const reason = outcome.kind === 'held' ? outcome.reason : null;
  const before = payment.outcome;
  const since = before?.kind === outcome.kind && before.reason === reason ? before.since : now;
  const isPersonal = !payment.redacted_at && outcome.kind !== 'foreign';
  const { matchedCount } = await store.payments.updateOne(
    { _id: payment._id, rev: payment.rev, 'settling.token': claim.token },
    {
      $set: {
        pending: false,
        pending_since: null,
        settling: null,
        attempts: 0,
        next_at: null,
        error: null,
        outcome: { kind: outcome.kind, reason, since, ...(outcome.kind === 'held' && { about: outcome.about }) },
        flags,
        event_id: choice?.event._id ?? null,
        event_choice: choice && { by: choice.by, evidence: evidence(payment, reading) },
        attendee_id: attendeeId,
        details: isPersonal ? reading.details : null,
        words: isPersonal ? paymentWords({ ...payment, details: reading.details }) : idWords(payment),
        ...(lookedUp && { looked_up_at: now }),
        ...(outcome.kind === 'foreign' && stub(payment)),
      },
    },
  );
  return matchedCount === 1;
}

/**
 * A settling that failed: it rests until `nextAt` and is shown with what went wrong. What came in meanwhile is not put to
 * rest with it.
 */
export async function giveBack(
  store: Store,
  payment: PaymentDoc,
  claim: Claim,
  error: string,
  nextAt: Date,
): Promise<void> {
  const { matchedCount } = await store.payments.updateOne(
    { _id: payment._id, rev: payment.rev, 'settling.token': claim.token },
    { $set: { settling: null, next_at: nextAt, error }, $inc: { attempts: 1 } },
  );
  if (matchedCount === 1) return;
  await store.payments.updateOne(
    { _id: payment._id, 'settling.token': claim.token },
    { $set: { settling: null, next_at: new Date() } },
  );
}

/** Effects were done from what may be stale facts: somebody must look again. */
export async function reopen(store: Store, paymentId: string, now: Date): Promise<void> {
  await store.payments.updateOne({ _id: paymentId }, { $set: { pending: true, pending_since: now }, $inc: { rev: 1 } });
}
