/**
 * The decision: what a stored payment comes to. Pure; first match wins. Whoever calls it does the effects, so that
 * doing them again from the same facts gives the same state.
 */
import type { Flag, HoldAbout, HoldReason } from '../../../shared/outcome.ts';
import { isAbsent } from '../../../shared/razorpay/absence.ts';
import { isFullyRefunded, type PaymentFacts, QR_PAYMENT, wasCaptured } from '../../../shared/razorpay/facts.ts';
import { observedAt } from '../../../shared/razorpay/version.ts';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Aliases } from '../../../shared/student/aliases.ts';
import { givenDetails, type StudentField } from '../../../shared/student/fields.ts';
import { furtherKey, isStudents, studentKey } from '../../../shared/student/key.ts';
import { type Choice, closedAt, comparablePrice, isGuess, namedItsEvent, namesEvent, settledChoice } from './event.ts';
import { isStripped, type Reading, read } from './reading.ts';

/** An authorised payment that nobody captured by then is shown: Razorpay will refund it. */
export const CAPTURE_WITHIN_SECONDS = 15 * 60;

/** What the operator set. */
export interface Rules {
  aliases: Aliases;
  required: readonly StudentField[];
  defaultEventId: number | undefined;
}

/** What the store knows beside the payment. */
export interface Surroundings {
  events: readonly EventDoc[];
  /** This payment's own attendee, live or not. */
  attendee: AttendeeDoc | null;
  /** Live attendees with this student's key at the same event, other payments'. */
  twins: readonly AttendeeDoc[];
  /** False once the event was found to be full. */
  seats: boolean;
  /** Seconds. */
  now: number;
}

/** See `OutcomeKind` for what each arm means. */
export type Outcome =
  | { kind: 'foreign' }
  | { kind: 'revoked'; event: EventDoc | null }
  | { kind: 'awaiting'; event: EventDoc | null }
  | { kind: 'held'; reason: HoldReason; event: EventDoc | null; about: HoldAbout }
  | { kind: 'ticketed'; event: EventDoc; key: string | null; adopt: AttendeeDoc | null };

export interface Decision {
  outcome: Outcome;
  flags: Flag[];
  reading: Reading;
  choice: Choice | null;
  /** The event was guessed although there are others it could be. */
  guessed: boolean;
}

export function fullyRefunded(payment: PaymentDoc): boolean {
  const facts = payment.payment?.value;
  return facts !== undefined && isFullyRefunded(facts);
}

/**
 * "Ours": student details or an event of ours in the notes, the QR code of one of our events, a person's word, or a ticket
 * given before.
 */
export function isOurs(
  payment: PaymentDoc,
  reading: Reading,
  around: Pick<Surroundings, 'events' | 'attendee'>,
): boolean {
  const { ours, event_id, details } = payment.overrides ?? {};
  const qr = payment.qr?.value.id;
  return (
    around.attendee !== null ||
    // Nothing on it says so any more; what it was stays.
    (Boolean(payment.redacted_at) && payment.outcome !== undefined && payment.outcome.kind !== 'foreign') ||
    namedItsEvent(payment, reading) ||
    reading.looksOurs ||
    namesEvent(around.events, reading) ||
    ours === true ||
    event_id !== undefined ||
    Object.keys(givenDetails(details)).length > 0 ||
    (qr !== undefined && around.events.some(({ razorpay_qr_id }) => razorpay_qr_id === qr))
  );
}

function flagsOf(payment: PaymentDoc, event: EventDoc | null, attendee: AttendeeDoc | null): Flag[] {
  const facts = payment.payment?.value;
  if (!facts) return [];
  const price = event ? comparablePrice(event, facts) : null;
  const refunds = Object.values(payment.refunds ?? {});
  const disputes = Object.values(payment.disputes ?? {});
  const found: Record<Flag, boolean> = {
    partly_refunded: facts.amount_refunded > 0 && !fullyRefunded(payment),
    overpaid: price !== null && facts.amount > price,
    disputed: disputes.some(({ value }) => value.status !== 'won' && value.status !== 'closed'),
    refund_failed: refunds.some(({ value }) => value.status === 'failed'),
    refunded_after_entry: fullyRefunded(payment) && attendee?.checked_in_at instanceof Date,
  };
  return (Object.keys(found) as Flag[]).filter((flag) => found[flag]);
}

function hold(
  payment: PaymentDoc,
  facts: PaymentFacts,
  reading: Reading,
  event: EventDoc,
  around: Surroundings,
  rules: Rules,
): { reason: HoldReason; about: HoldAbout } | null {
  const price = comparablePrice(event, facts) ?? 0;
  const released = (reason: HoldReason) => payment.overrides?.released?.includes(reason) === true;
  const missing = rules.required.filter((field) => reading.details[field] === undefined);
  // Always the same one, in whatever order they were found.
  const [other] = around.twins.flatMap(({ payment_id }) => payment_id ?? []).sort();
  const holds: [HoldReason, boolean, HoldAbout?][] = [
    ['incomplete_details', missing.length > 0, { missing }],
    ['event_cancelled', event.status === 'cancelled'],
    ['event_closed', closedAt(event, facts.created_at)],
    ['wrong_currency', facts.currency !== event.currency],
    ['underpaid', facts.amount < price, { price }],
    ['duplicate_payment', other !== undefined, { other_payment_id: other as string }],
    ['event_full', !around.seats],
  ];
  const found = holds.find(([reason, applies]) => applies && !released(reason));
  return found ? { reason: found[0], about: found[2] ?? {} } : null;
}

/**
 * The student's key; one of its own for a second ticket, given by a person, and for one that meets a hand-made twin. A live
 * ticket keeps the one it has.
 */
function ticketKey(
  payment: PaymentDoc,
  event: EventDoc,
  key: string | null,
  { attendee, twins }: Surroundings,
): string | null {
  if (key === null) return null;
  if (attendee?.live && attendee.event_id === event._id && isStudents(attendee.student_key, key))
    return attendee.student_key;
  const further = twins.length > 0 && (attendee !== null || twins.every(({ payment_id }) => payment_id !== null));
  return further ? furtherKey(key, payment._id) : key;
}

/**
 * Whether an authorised payment has waited too long: on Razorpay's clock up to its last sight, or on ours since the first.
 * Never from one clock to the other: they may be an hour apart.
 */
function capturedTooLate({ payment, first_seen_at }: PaymentDoc, now: number): boolean {
  if (payment?.value.status !== 'authorized') return false;
  const waited = Math.max(
    observedAt(payment.version) - payment.value.created_at,
    now - Math.floor(first_seen_at.getTime() / 1_000),
  );
  return waited > CAPTURE_WITHIN_SECONDS;
}

/** Ticketed, and its attendee is not there: a backup was copied while it was being made. The student has the QR already. */
export const lostAttendee = (payment: PaymentDoc, attendee: AttendeeDoc | null): boolean =>
  attendee === null && payment.outcome?.kind === 'ticketed';

/** By a person, or given up by whoever asked to be forgotten while it was being made. */
export const takenByHand = ({ redacted_by }: PaymentDoc, attendee: AttendeeDoc | null): boolean =>
  attendee !== null && (attendee.ticket.revoked_reason === 'by_hand' || redacted_by?.gives_up_ticket === true);

function outcomeOf(
  payment: PaymentDoc,
  reading: Reading,
  choice: Choice | null,
  around: Surroundings,
  rules: Rules,
): Outcome {
  const event = choice?.event ?? null;
  const { attendee } = around;
  if (!isOurs(payment, reading, around)) return { kind: 'foreign' };
  if (fullyRefunded(payment) || takenByHand(payment, attendee)) return { kind: 'revoked', event };
  if (isAbsent(payment)) return { kind: 'held', reason: 'unknown_at_razorpay', event, about: {} };
  const facts = payment.payment?.value;
  if (facts?.status !== 'captured') {
    return capturedTooLate(payment, around.now)
      ? { kind: 'held', reason: 'not_captured', event, about: {} }
      : { kind: 'awaiting', event };
  }
  if (!event) {
    const about = reading.eventNote === null ? {} : { event_note: reading.eventNote };
    return { kind: 'held', reason: 'unassigned_event', event, about };
  }
  const ticketed: Outcome = {
    kind: 'ticketed',
    event,
    key: ticketKey(payment, event, studentKey(reading.details), around),
    adopt: attendee ? null : (around.twins.find(({ payment_id }) => payment_id === null) ?? null),
  };
  // Once ticketed, only a full refund or a person takes the ticket away.
  if (attendee?.live && attendee.event_id === event._id) return ticketed;
  if (lostAttendee(payment, attendee) && payment.event_id === event._id) return ticketed;
  // Whose it is nobody knows any more: what was held stays so, and no ticket is made of it, nor moved.
  if (payment.redacted_at) {
    const before = payment.outcome?.kind === 'held' ? payment.outcome.reason : null;
    return { kind: 'held', reason: before ?? 'incomplete_details', event, about: {} };
  }
  const held = hold(payment, facts, reading, event, around, rules);
  return held ? { kind: 'held', ...held, event } : ticketed;
}

export function decide(payment: PaymentDoc, around: Surroundings, rules: Rules): Decision {
  const reading = read(payment, rules.aliases);
  const choice = settledChoice(payment, reading, around.attendee, around.events, rules.defaultEventId);
  const outcome = outcomeOf(payment, reading, choice, around, rules);
  const guessed = choice !== null && isGuess(choice.by) && around.events.length > 1;
  return { outcome, flags: flagsOf(payment, choice?.event ?? null, around.attendee), reading, choice, guessed };
}

/** The ticket was revoked by a refund that the payment, as stored, knows nothing of: a backup was copied in between. */
const refundUnheardOf = (payment: PaymentDoc, attendee: AttendeeDoc | null): boolean => {
  const { revoked_at, revoked_reason } = attendee?.ticket ?? {};
  return revoked_reason === 'refunded' && revoked_at instanceof Date && revoked_at > payment.changed_by.at;
};

/**
 * Whether Razorpay may know more that matters: its order's or QR code's notes. `must`: without it the payment would be
 * held or called foreign, or a refunded ticket made anew. Of one taken by hand it knows nothing. `may`: we would guess the event, or have no address.
 */
export function lookupWanted(
  payment: PaymentDoc,
  { outcome, reading, guessed }: Decision,
  attendee: AttendeeDoc | null,
): 'must' | 'may' | 'no' {
  // Razorpay knows nothing of one taken by hand.
  if (payment.manual) return 'no';
  if (outcome.kind === 'ticketed' && refundUnheardOf(payment, attendee)) return 'must';
  if (payment.redacted_at) return 'no';
  const facts = payment.payment?.value;
  if (!facts || (isStripped(payment) && (outcome.kind !== 'foreign' || reading.strippedButOurs))) return 'must';
  // Also of what was refunded since: whose it was counts, and the refund may fail.
  if (payment.looked_up_at || !wasCaptured(facts)) return 'no';
  const seen = facts.order_id === null ? payment.qr !== undefined : payment.order !== undefined;
  if (seen) return 'no';
  if (outcome.kind === 'foreign') return 'must';
  if (outcome.kind === 'held')
    return outcome.reason === 'unassigned_event' || outcome.reason === 'incomplete_details' ? 'must' : 'no';
  const promising = facts.order_id !== null || facts.description === QR_PAYMENT;
  return outcome.kind === 'ticketed' && promising && (guessed || reading.email === null) ? 'may' : 'no';
}
