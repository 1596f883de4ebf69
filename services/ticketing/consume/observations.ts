/**
 * The bus side of ticketing: an observation is joined, and settled at once if nobody else does. From the join on the
 * store drives; the message was only a hint, and is acked.
 */
import { record } from '../../../shared/audit/index.ts';
import { type Message, UNREADABLE, type Verdict } from '../../../shared/bus/index.ts';
import { type Observation, observationSchema } from '../../../shared/razorpay/observation.ts';
import { isUnreachable } from '../../../shared/store/errors.ts';
import { joinObservation } from '../join/store.ts';
import { holds, newClaim } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { observedEntries } from '../settle/trail.ts';
import { forgetFailures, recordFailure } from './dead-letters.ts';
import { redeliveryDelay } from './redelivery.ts';

/** The store is away: come again when it may be back. Counted nowhere. */
const STORE_AWAY_MS = 5_000;

/** No observation; trying again cannot help, newer software may. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** @throws Unreadable */
export function parse({ subject, bytes }: Pick<Message, 'subject' | 'bytes'>): Observation {
  if (subject === UNREADABLE) throw new Unreadable('a signed webhook that cannot be read');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Unreadable('not JSON', { cause: error });
  }
  const parsed = observationSchema.safeParse(json);
  if (!parsed.success)
    throw new Unreadable(`no observation: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  return parsed.data;
}

/** What went wrong, for people: no values, which may be personal. */
export const reasonOf = (error: unknown): string =>
  error instanceof Unreadable ? error.message : (error as Error).name;

/** Joins an observation, and settles its payment unless somebody else does. @throws what the store throws */
export async function observe(tools: SettleTools, observation: Observation): Promise<'changed' | 'known'> {
  const claim = newClaim();
  const payment = await joinObservation(tools.store, observation, claim);
  const changed = payment.changed_by.observation === observation.id;
  if (holds(payment, claim)) await settle(tools, payment, claim);
  else if (changed) await record(tools.store, observedEntries(payment));
  return changed ? 'changed' : 'known';
}

/** Handles one message. Never throws. */
export async function handleMessage(
  tools: SettleTools,
  message: Message,
  delaysMs?: readonly number[],
): Promise<Verdict> {
  const { store, metrics, log } = tools;
  const ended = metrics.observeSeconds.startTimer();
  let observation: Observation | null = null;
  try {
    observation = parse(message);
    const result = await observe(tools, observation);
    metrics.observations.inc({ source: observation.source, result });
    if (message.deliveries > 1) await forgetFailures(store, message, observation);
    return 'ack';
  } catch (error) {
    return await failed(error);
  } finally {
    ended();
  }

  async function failed(error: unknown): Promise<Verdict> {
    const source = observation?.source ?? 'unreadable';
    if (isUnreachable(error)) {
      metrics.observations.inc({ source, result: 'store_away' });
      return STORE_AWAY_MS;
    }
    const permanent = error instanceof Unreadable;
    const reason = reasonOf(error);
    const paymentId = observation?.payment_id ?? null;
    try {
      const { dead, news, failures } = await recordFailure(store, message, observation, { reason, permanent });
      log.error(
        {
          ...(permanent ? { reason } : { err: error }),
          payment_id: paymentId,
          failures,
          dead,
          correlation_id: message.correlationId,
        },
        'observation: failed',
      );
      metrics.observations.inc({ source, result: dead ? 'dead' : 'failed' });
      if (!dead) return redeliveryDelay(failures, delaysMs);
      if (!news) return 'ack';
      metrics.deadLetters.inc({ subject: message.subject });
      await record(store, [
        {
          action: 'message.dead',
          actor: 'ticketing',
          subject: paymentId ? `payment:${paymentId}` : 'message:unreadable',
          payment_id: paymentId,
          correlation_id: message.correlationId,
          facts: { subject: message.subject, reason },
        },
      ]);
      return 'ack';
    } catch (storeError) {
      log.warn({ reason: (storeError as Error).name }, 'observation: failure not recorded, it comes again');
      return STORE_AWAY_MS;
    }
  }
}
