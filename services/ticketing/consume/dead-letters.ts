/**
 * Dead letters: messages that cannot be handled, kept with their bytes and the reason, so that a person can look into
 * them. A payment among them is not lost: Razorpay is asked for it again by the next sweep. Failures are counted in the store, over replicas and restarts; while the store is away none is counted.
 */
import { createHash } from 'node:crypto';
import type { Message } from '../../../shared/bus/index.ts';
import type { Store } from '../../../shared/store/index.ts';

/** After so many failures with the store up a message is given up. */
export const MAX_FAILURES = 8;
/** They hold personal data: they live no longer. */
const KEPT_MS = 30 * 86_400_000;

/**
 * When a message that failed comes again, by failures so far. The store is up, so only a deploy or a rare race helps:
 * soon at first, then with room for somebody to act.
 */
const DELAYS_MS = [1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** ms */
export const redeliveryDelay = (failures: number): number =>
  DELAYS_MS[Math.min(Math.max(failures - 1, 0), DELAYS_MS.length - 1)] as number;

export const deadLetterId = (message: Message, paymentId: string | null): string =>
  `${paymentId ?? 'unreadable'}.${createHash('sha256').update(message.bytes).digest('hex').slice(0, 32)}`;

export interface Failure {
  paymentId: string | null;
  reason: string;
  /** Trying again cannot help. */
  permanent: boolean;
}

/** Counts a failure. `dead`: the message is given up; `news`: it was not before. */
export async function recordFailure(
  store: Store,
  message: Message,
  failure: Failure,
  now = new Date(),
): Promise<{ dead: boolean; news: boolean; failures: number }> {
  const _id = deadLetterId(message, failure.paymentId);
  const doc = await store.deadLetters
    .findOneAndUpdate(
      { _id },
      {
        $inc: { attempts: 1 },
        $set: { reason: failure.reason, last_at: now, expires_at: new Date(now.getTime() + KEPT_MS) },
        $setOnInsert: {
          state: 'retrying',
          subject: message.subject,
          payment_id: failure.paymentId,
          payload: Buffer.from(message.bytes),
          correlation_id: message.correlationId ?? '',
          first_at: now,
        },
      },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  const failures = doc?.attempts ?? 1;
  const dead = failure.permanent || failures >= MAX_FAILURES;
  // What a sweep cannot read comes again with each sweep; it stays one dead letter.
  const news = dead && doc?.state !== 'dead';
  if (news) await store.deadLetters.updateOne({ _id }, { $set: { state: 'dead' } });
  return { dead, news, failures };
}

/** A message that had failed was handled after all. */
export async function forgetFailures(store: Store, message: Message, paymentId: string): Promise<void> {
  await store.deadLetters.deleteOne({ _id: deadLetterId(message, paymentId), state: 'retrying' });
}
