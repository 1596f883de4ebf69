/**
 * Dead letters: messages that cannot be handled, kept with their bytes and the reason until a person replays them. What
 * tells the same of a payment is one letter, however often webhooks and sweeps bring it. Failures are counted in the
 * store, over replicas and restarts; while the store is away none is counted.
 */
import type { Message } from '../../../shared/bus/index.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { DeadLetterDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { deadLetterId } from './redelivery.ts';

/** After so many failures with the store up a message is given up. */
export const MAX_FAILURES = 8;
/** They hold personal data: they live no longer. */
const KEPT_MS = 30 * 86_400_000;
/** Of a letter's replays, the last so many are kept. */
const REPLAYS_KEPT = 20;

export interface Failure {
  reason: string;
  /** Trying again cannot help. */
  permanent: boolean;
}

const failedAt = (reason: string, now: Date) => ({
  reason,
  last_at: now,
  expires_at: new Date(now.getTime() + KEPT_MS),
});

/** Counts a failure. `dead`: the message is given up; `news`: it was not before. */
export async function recordFailure(
  store: Store,
  message: Message,
  observation: Observation | null,
  failure: Failure,
  now = new Date(),
): Promise<{ dead: boolean; news: boolean; failures: number }> {
  const _id = deadLetterId(message.bytes, observation);
  // Replayed with success once, and now it fails anew: its history stays, its failures are counted afresh.
  await store.deadLetters.updateOne({ _id, state: 'replayed' }, { $set: { state: 'retrying', attempts: 0 } });
  const doc = await store.deadLetters
    .findOneAndUpdate(
      { _id },
      {
        $inc: { attempts: 1 },
        $set: { ...failedAt(failure.reason, now), payload: Buffer.from(message.bytes), size: message.bytes.length },
        $setOnInsert: {
          state: 'retrying',
          subject: message.subject,
          payment_id: observation?.payment_id ?? null,
          replays: [],
          correlation_id: message.correlationId ?? '',
          first_at: now,
        },
      },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  // Looked at afterwards: whoever erases marks the payment first, and then takes the letters that are there.
  if (observation && (await store.payments.exists({ _id: observation.payment_id, redacted_at: { $ne: null } })))
    await store.deadLetters.updateOne({ _id }, { $set: { payload: NOTHING } });
  const failures = doc?.attempts ?? 1;
  const dead = failure.permanent || failures >= MAX_FAILURES;
  // What a sweep cannot read comes again with each sweep; it stays one dead letter.
  const news = dead && doc?.state !== 'dead';
  if (news) await store.deadLetters.updateOne({ _id }, { $set: { state: 'dead' } });
  return { dead, news, failures };
}

/** A message that had failed was handled after all. */
export async function forgetFailures(store: Store, message: Message, observation: Observation): Promise<void> {
  const _id = deadLetterId(message.bytes, observation);
  await store.deadLetters.deleteOne({ _id, state: 'retrying', replays: { $size: 0 } });
  await store.deadLetters.updateOne({ _id, state: 'retrying' }, { $set: { state: 'replayed', payload: NOTHING } });
}

const NOTHING = Buffer.alloc(0);
const UNDONE: { $in: DeadLetterDoc['state'][] } = { $in: ['dead', 'retrying'] };

export interface ReplayNote {
  by: string;
  correlationId: string;
  /** The payment it turned out to be about. */
  paymentId: string | null;
  /** Null: it was handled. */
  failure: string | null;
}

/**
 * Writes down how a replay ended. A failure adds to the letter and leaves it dead; it cannot undo a success that another
 * replay had meanwhile.
 */
export async function recordReplay(
  store: Store,
  { _id }: Pick<DeadLetterDoc, '_id'>,
  { by, correlationId, paymentId, failure }: ReplayNote,
  now = new Date(),
): Promise<void> {
  const note = { at: now, by, handled: failure === null, reason: failure, correlation_id: correlationId };
  await store.deadLetters.updateOne(
    { _id, state: UNDONE },
    {
      $push: { replays: { $each: [note], $slice: -REPLAYS_KEPT } },
      $set: {
        ...(paymentId !== null && { payment_id: paymentId }),
        ...(failure === null ? { state: 'replayed' as const, payload: NOTHING, last_at: now } : failedAt(failure, now)),
      },
      ...(failure !== null && { $inc: { attempts: 1 } }),
    },
  );
}
