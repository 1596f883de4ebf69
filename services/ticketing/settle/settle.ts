/**
 * Settling: from a stored payment to its effects. The decision is pure (decide/); this is the shell around it: read
 * what surrounds the payment, decide, do the effects in an order that is safe to repeat, and finish only if nothing
 * changed meanwhile. A crash anywhere leaves the payment pending, and whoever picks it up does the rest (P6).
 */
import { record } from '../../../shared/audit/index.ts';
import { BusUnavailable, RequestFailed } from '../../../shared/bus/index.ts';
import type { Logger } from '../../../shared/log/index.ts';
import type { OutcomeKind } from '../../../shared/outcome.ts';
import { isAbsent } from '../../../shared/razorpay/absence.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { type Decision, decide, lookupWanted, type Rules, type Surroundings, takenByHand } from '../decide/decide.ts';
import type { Claim } from '../join/pipeline.ts';
import { joinObservation } from '../join/store.ts';
import { settleMails } from '../mail/owe.ts';
import type { TicketingMetrics } from '../metrics.ts';
import { redactBelongings, redactPayment } from '../redact/redact.ts';
import { claimPayment, holds, nearlyOver, renewClaim } from './claim.ts';
import { finish, giveBack, reopen } from './finish.ts';
import { settleDelay } from './retry.ts';
import { revokeTicket } from './revoked.ts';
import { loadSurroundings } from './surroundings.ts';
import { issueTicket, type TicketTools } from './ticketed.ts';
import { tell } from './told.ts';
import { observedEntries, settledEntries } from './trail.ts';

export interface SettleTools extends TicketTools {
  rules: Rules;
  log: Logger;
  metrics: TicketingMetrics;
  mailDomain: string;
  /** One more look at Razorpay: the payment with its order and QR code. @throws BusUnavailable, RequestFailed */
  lookUp(paymentId: string, correlationId: string): Promise<Observation>;
  /** A mail is owed: the outbox need not wait for its next round. */
  onMailOwed(): void;
  /** A seat or a student's key came free: who waited for it may go on. */
  onFreed(eventId: number): void;
}

/** Look-ups that answer would only improve on are given up after so many failures. */
const OPTIONAL_LOOKUP_TRIES = 1;
/** Somebody else was faster: so often the surroundings are read again before the payment is given back. */
const TRIES = 10;

interface Effects {
  attendee: AttendeeDoc | null;
  /** The attendee was made just now. */
  made: boolean;
  /** The event at which a seat came free just now. */
  freed: number | null;
}

interface Attempt {
  payment: PaymentDoc;
  decision: Decision;
  effects: Effects;
  /** Razorpay told of it on a second look; that it does not know the payment tells nothing of its order or code. */
  lookedUp: boolean;
}

/** What a second look brought is older than what is stored: a second's rounding, or a slow answer. Soon it will not be. */
class LookedTooEarly extends Error {
  override readonly name = 'LookedTooEarly';
}

/** Somebody else settles this payment by now, from newer facts than these: nothing more may be done. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Joins what Razorpay says on a second look, and returns the payment as it is then. @throws ClaimLost after a long one */
async function lookUp(tools: SettleTools, payment: PaymentDoc, claim: Claim): Promise<PaymentDoc> {
  const observation = await tools.lookUp(payment._id, payment.changed_by.correlation_id);
  const joined = await joinObservation(tools.store, observation, claim);
  if (!holds(joined, claim)) throw new ClaimLost();
  const brought = (['payment', 'order', 'qr'] as const).filter((register) => observation[register] !== undefined);
  if (!joined.redacted_at && brought.some((register) => joined[register]?.stripped))
    throw new LookedTooEarly('the stored facts are newer than what was looked up');
  return joined;
}

async function decided(tools: SettleTools, payment: PaymentDoc, seats: boolean, now: Date) {
  // Before anything else: no mail may be owed to somebody who is to be forgotten.
  if (payment.redacted_at) await redactBelongings(tools.store, payment);
  const around: Surroundings = { ...(await loadSurroundings(tools.store, payment, tools.rules, now)), seats };
  return { around, decision: decide(payment, around, tools.rules) };
}

async function effectsOf(
  tools: SettleTools,
  payment: PaymentDoc,
  decision: Decision,
  current: AttendeeDoc | null,
  now: Date,
): Promise<Effects | 'full' | 'again'> {
  const { outcome } = decision;
  if (outcome.kind === 'ticketed') {
    const result = await issueTicket(tools, payment, decision, outcome, current, now);
    if (result.kind !== 'attendee') return result.kind;
    const { attendee, made } = result;
    const moved = current?.live === true && current.event_id !== attendee.event_id;
    return { attendee, made, freed: moved ? current.event_id : null };
  }
  if (!current) return { attendee: null, made: false, freed: null };
  const { attendee, revoked } =
    outcome.kind === 'revoked'
      ? await revokeTicket(tools.store, current, now, {
          reason: takenByHand(payment, current) ? 'by_hand' : 'refunded',
        })
      : { attendee: current, revoked: false };
  const told = await tell(tools.store, payment, decision.reading, attendee);
  return told ? { attendee: told, made: false, freed: revoked ? told.event_id : null } : 'again';
}

/** What is known of the payment may be old: somebody was faster at the attendees, or time went by. @throws ClaimLost */
async function renewed({ store }: SettleTools, { _id }: PaymentDoc, claim: Claim): Promise<PaymentDoc> {
  const latest = await renewClaim(store, _id, claim);
  if (!latest) throw new ClaimLost();
  return latest;
}

/** Everything up to the mails; may be done again at any time. @throws ClaimLost before any effect */
async function attempt(tools: SettleTools, start: PaymentDoc, claim: Claim): Promise<Attempt> {
  let payment = start;
  let { until } = claim;
  let asked = false;
  let lookedUp = false;
  let seats = true;
  for (let tries = 0; tries < TRIES; tries++) {
    const now = new Date();
    const { around, decision } = await decided(tools, payment, seats, now);
    // A backup was copied in between: whoever is forgotten stays so.
    if (around.attendee?.redacted_by && !payment.redacted_at) {
      await redactPayment(tools.store, payment._id, around.attendee.redacted_by, now);
      payment = await renewed(tools, payment, claim);
      continue;
    }
    const wanted = asked ? 'no' : lookupWanted(payment, decision, around.attendee);
    if (wanted === 'must' || (wanted === 'may' && payment.attempts < OPTIONAL_LOOKUP_TRIES)) {
      payment = await lookUp(tools, payment, claim);
      asked = true;
      lookedUp = !isAbsent(payment);
      continue;
    }
    if (nearlyOver(until)) {
      payment = await renewed(tools, payment, claim);
      until = payment.settling?.until ?? until;
      continue;
    }
    const effects = await effectsOf(tools, payment, decision, around.attendee, now);
    if (effects !== 'full' && effects !== 'again') return { payment, decision, effects, lookedUp };
    if (effects === 'full') seats = false;
    else payment = await renewed(tools, payment, claim);
  }
  throw new Error('the attendees kept changing while this payment was settled');
}

async function mailsAndTrail(tools: SettleTools, start: PaymentDoc, { payment, decision, effects }: Attempt) {
  const { attendee } = effects;
  const createdAt = payment.payment?.value.created_at;
  const mails = attendee
    ? settleMails(
        tools.store,
        attendee,
        {
          domain: tools.mailDomain,
          correlationId: payment.changed_by.correlation_id,
          paidAt: createdAt === undefined ? null : new Date(createdAt * 1_000),
          // An attendee that this payment has had since just now may be one that it adopted.
          corrected: payment.overrides?.details?.email !== undefined || payment.attendee_id !== attendee._id,
        },
        new Date(),
        effects.made,
      )
    : undefined;
  const observed = [...observedEntries(start), ...(payment === start ? [] : observedEntries(payment))];
  await Promise.all([mails, record(tools.store, [...observed, ...settledEntries(payment, decision, attendee)])]);
}

/**
 * Settles a claimed payment.
 * Never throws for what the payment itself brings about: it stays pending, with the error shown, and is tried again.
 * @throws whatever the store throws when it cannot be reached
 */
export async function settle(tools: SettleTools, start: PaymentDoc, claim: Claim): Promise<OutcomeKind | null> {
  const { store, log, metrics } = tools;
  let payment = start;
  // Also when it is settled once more because something came in meanwhile: who waits for the seat is told.
  const freed = new Set<number>();
  try {
    for (;;) {
      const done = await attempt(tools, payment, claim);
      await mailsAndTrail(tools, payment, done);
      const { effects, decision } = done;
      if (effects.freed !== null) freed.add(effects.freed);
      if (
        await finish(store, done.payment, claim, decision, effects.attendee?._id ?? null, done.lookedUp, new Date())
      ) {
        metrics.settled.inc({ outcome: decision.outcome.kind });
        if (effects.attendee) tools.onMailOwed();
        log.info(
          {
            payment_id: payment._id,
            outcome: decision.outcome.kind,
            reason: decision.outcome.kind === 'held' ? decision.outcome.reason : undefined,
            correlation_id: done.payment.changed_by.correlation_id,
          },
          'settle: done',
        );
        return decision.outcome.kind;
      }
      const latest = await renewClaim(store, payment._id, claim);
      if (!latest) {
        // Whoever took over may have finished before our effects: somebody must look again, and at once (P4).
        metrics.claimsLost.inc();
        await reopen(store, payment._id, new Date());
        const again = await claimPayment(store, payment._id);
        return again && (await settle(tools, again.payment, again.claim));
      }
      payment = latest;
    }
  } catch (error) {
    await record(store, observedEntries(payment));
    if (error instanceof ClaimLost) {
      metrics.claimsLost.inc();
      return null;
    }
    metrics.settleFailures.inc();
    const known = error instanceof BusUnavailable || error instanceof RequestFailed || error instanceof LookedTooEarly;
    const text = known ? `Razorpay could not be asked about it: ${error.message}` : (error as Error).name;
    const nextAt = new Date(Date.now() + settleDelay(payment.attempts));
    log[known ? 'warn' : 'error'](
      {
        payment_id: payment._id,
        correlation_id: payment.changed_by.correlation_id,
        ...(known ? { reason: error.message } : { err: error }),
      },
      'settle: failed, tried again later',
    );
    await giveBack(store, payment, claim, text, nextAt);
    return null;
  } finally {
    for (const eventId of freed) tools.onFreed(eventId);
  }
}
