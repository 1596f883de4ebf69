/**
 * Replaying dead letters: each is handled here and now, not put on the bus once more. So whoever asked learns how it went,
 * and a letter stays dead until it is handled: a crash on the way, or another failure, loses nothing (P6).
 */
import { record } from '../../../shared/audit/index.ts';
import { BusUnavailable, RequestFailed, UNREADABLE } from '../../../shared/bus/index.ts';
import type { ReplayAnswer, Requests } from '../../../shared/bus/requests.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { DeadLetterDoc } from '../../../shared/store/documents.ts';
import { isUnreachable } from '../../../shared/store/errors.ts';
import type { SettleTools } from '../settle/settle.ts';
import { recordReplay } from './dead-letters.ts';
import { observe, parse, reasonOf, Unreadable } from './observations.ts';

export interface ReplayTools extends SettleTools {
  /** Reads a webhook's body with today's software. @throws BusUnavailable, RequestFailed */
  readWebhook(body: Uint8Array, correlationId: string): Promise<Requests['ingest.read']['answer']>;
}

export interface ReplayRequest {
  by: string;
  correlationId: string;
  stopped: () => boolean;
}

/** After so long no further letter is begun, so that who asked still hears how far it came, ms. */
const BEGIN_WITHIN_MS = 15_000;
const BATCH = 50;

/** The driver gives lean documents its own type of binary. */
const bytesOf = (payload: Buffer): Uint8Array =>
  Buffer.isBuffer(payload) ? payload : (payload as unknown as { value(): Uint8Array }).value();

interface Read {
  observation: Observation;
  /** What stands beside it and cannot be read: the letter is kept for it. */
  unread: string | null;
}

/** What the letter tells of a payment; null: nothing, as newer software knows. @throws Unreadable */
async function readable(
  { readWebhook, lookUp }: ReplayTools,
  { subject, payload }: DeadLetterDoc,
  correlationId: string,
): Promise<Read | null> {
  const bytes = bytesOf(payload);
  if (subject !== UNREADABLE) return { observation: parse({ subject, bytes }), unread: null };
  const read = await readWebhook(bytes, correlationId);
  if (read.kind === 'observation') return read;
  if (read.kind === 'unused') return null;
  if (read.payment_id === null) throw new Unreadable(read.reason);
  // It names its payment: what Razorpay says of it now is better than what cannot be read.
  const looked = await lookUp(read.payment_id, correlationId);
  if (looked.absent) throw new Unreadable(`${read.reason}; and Razorpay does not know the payment`);
  return { observation: looked, unread: null };
}

/** Store or bus are away: that says nothing about the letter. */
function away(error: unknown): RequestFailed | null {
  if (isUnreachable(error)) return new RequestFailed(503, 'the store cannot be reached right now');
  return error instanceof BusUnavailable ? new RequestFailed(503, `ingest cannot be asked: ${error.message}`) : null;
}

/** @returns why it failed again, or null. @throws RequestFailed 503 */
async function replayOne(tools: ReplayTools, letter: DeadLetterDoc, request: ReplayRequest): Promise<string | null> {
  const { store, metrics, log } = tools;
  const { by, correlationId } = request;
  let paymentId = letter.payment_id;
  let failure: string | null = null;
  try {
    try {
      const read = await readable(tools, letter, letter.correlation_id || correlationId);
      paymentId = read?.observation.payment_id ?? paymentId;
      if (read) await observe(tools, read.observation);
      if (read?.unread) throw new Unreadable(`the payment was read, and not all that stands beside it: ${read.unread}`);
    } catch (error) {
      if (away(error)) throw error;
      failure = error instanceof RequestFailed ? error.message : reasonOf(error);
      log.error(
        {
          ...(error instanceof Unreadable ? {} : { err: error }),
          dead_letter: letter._id,
          correlation_id: correlationId,
        },
        'dead letter: failed again',
      );
    }
    await recordReplay(store, letter, { by, correlationId, paymentId, failure });
    await record(store, [
      {
        action: 'message.replayed',
        actor: by,
        subject: paymentId ? `payment:${paymentId}` : 'message:unreadable',
        payment_id: paymentId,
        correlation_id: correlationId,
        facts: { dead_letter: letter._id, handled: failure === null, reason: failure },
      },
    ]);
  } catch (error) {
    throw away(error) ?? error;
  }
  metrics.replays.inc({ result: failure === null ? 'handled' : 'failed' });
  if (failure === null)
    log.info(
      { dead_letter: letter._id, payment_id: paymentId, correlation_id: correlationId },
      'dead letter: replayed',
    );
  return failure;
}

/** Replays this letter, dead or still retrying; one that was replayed already is done. @throws RequestFailed 404, 503 */
export async function replayLetter(tools: ReplayTools, id: string, request: ReplayRequest): Promise<ReplayAnswer> {
  const letter = await tools.store.deadLetters.findById(id).lean<DeadLetterDoc>();
  if (!letter) throw new RequestFailed(404, 'there is no such dead letter');
  if (letter.state === 'replayed') return { replayed: 0, failed: 0, remaining: 0, reason: null };
  const reason = await replayOne(tools, letter, request);
  return { replayed: reason === null ? 1 : 0, failed: reason === null ? 0 : 1, remaining: 0, reason };
}

/** Replays every dead letter once (of this payment), longest untouched first. @throws RequestFailed 503 */
export async function replayAll(
  tools: ReplayTools,
  paymentId: string | undefined,
  request: ReplayRequest,
): Promise<ReplayAnswer> {
  const { store } = tools;
  const begun = performance.now();
  const dead = {
    state: 'dead' as const,
    // What fails again is later than this, and not tried twice.
    last_at: { $lte: new Date() },
    ...(paymentId !== undefined && { payment_id: paymentId }),
  };
  const answer: ReplayAnswer = { replayed: 0, failed: 0, remaining: 0, reason: null };
  const mayBegin = () => !request.stopped() && performance.now() - begun < BEGIN_WITHIN_MS;
  for (;;) {
    const batch = await store.deadLetters.find(dead).sort({ last_at: 1, _id: 1 }).limit(BATCH).lean<DeadLetterDoc[]>();
    for (const letter of batch) {
      if (!mayBegin()) break;
      const reason = await replayOne(tools, letter, request);
      if (reason === null) answer.replayed++;
      else {
        answer.failed++;
        answer.reason = reason;
      }
    }
    if (batch.length === 0 || !mayBegin()) break;
  }
  return { ...answer, remaining: await store.deadLetters.countDocuments(dead) };
}
