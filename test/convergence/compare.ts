/** The store beside the model: each difference as a sentence, none if they agree. */
import { isDeepStrictEqual } from 'node:util';
import type { MailSummary } from '../../deploy/mail-catcher/message.ts';
import { type Findable, paymentWords } from '../../shared/search.ts';
import type { AttendeeDoc, MailDoc, PaymentDoc, Ticket } from '../../shared/store/documents.ts';
import type { Expected } from './model.ts';

/** A payment as stored, with everything that came of it. */
export interface Stored {
  payment: PaymentDoc | undefined;
  attendees: AttendeeDoc[];
  mails: MailDoc[];
}

/** One payment of a history: what is and what should be. */
export interface Case {
  id: string;
  stored: Stored;
  expected: Expected;
  /** Its notes were changed on the way, maybe after it had a ticket: that one stays, with what it said (P2). */
  edited: boolean;
}

const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing';

const unlike = (what: string, is: unknown, should: unknown): string[] =>
  isDeepStrictEqual(is, should) ? [] : [`${what} is ${shown(is)} and should be ${shown(should)}`];

/** Only fields that differ: a payment has twenty. */
function unlikeFields(what: string, is: object | undefined, should: object | null): string[] {
  if (!is || !should) return unlike(what, is ?? null, should);
  const names = new Set([...Object.keys(is), ...Object.keys(should)]);
  return [...names].flatMap((name) =>
    unlike(`${what}.${name}`, (is as Record<string, unknown>)[name], (should as Record<string, unknown>)[name]),
  );
}

const wordsOf = ({ facts: { payment, order, qr, refunds }, details }: Expected): string[] =>
  paymentWords({
    ...{ payment: { value: payment }, refunds, details },
    ...(order && { order: { value: order } }),
    ...(qr && { qr: { value: qr } }),
  } as Findable);

function unlikeFacts({ stored: { payment }, expected }: Case): string[] {
  const { facts } = expected;
  const ids = (group: object | undefined) => Object.keys(group ?? {});
  const group = (name: 'refunds' | 'disputes') =>
    [...new Set([...ids(payment?.[name]), ...ids(facts[name])])].flatMap((id) =>
      unlikeFields(`${name}.${id}`, payment?.[name]?.[id]?.value, (facts[name][id] as object | undefined) ?? null),
    );
  return [
    ...unlikeFields('payment', payment?.payment?.value, facts.payment),
    ...unlike('what it is found by', payment?.words, wordsOf(expected)),
    ...unlikeFields('order', payment?.order?.value, facts.order),
    ...unlikeFields('qr', payment?.qr?.value, facts.qr),
    ...group('refunds'),
    ...group('disputes'),
    ...(payment?.absence ? ['it counts as unknown at Razorpay'] : []),
  ];
}

export const outcomeOf = (payment: PaymentDoc | undefined): string => {
  const { kind, reason } = payment?.outcome ?? {};
  return reason ? `${kind}:${reason}` : (kind ?? 'none');
};

const COMPETING = ['held:duplicate_payment', 'held:event_full'];

/** Held for a competition only while there really is one: whoever has the seat or the student's ticket, has it live. */
function competes(
  { id, stored, expected }: Case,
  outcome: string,
  others: readonly AttendeeDoc[],
  seats: number,
): boolean {
  const about = stored.payment?.outcome?.about?.other_payment_id;
  const there = others.filter(
    ({ live, event_id, payment_id }) => live && event_id === expected.event_id && payment_id !== id,
  );
  if (expected.released.includes(outcome.slice('held:'.length))) return false;
  if (outcome === 'held:duplicate_payment')
    return there.some(
      ({ details, payment_id }) => payment_id === about && details.roll_number === expected.details?.roll_number,
    );
  return outcome === 'held:event_full' && there.length >= seats;
}

function unlikeOutcome(one: Case, others: readonly AttendeeDoc[], seats: number): string[] {
  const { stored, expected, edited } = one;
  const is = outcomeOf(stored.payment);
  if (is === expected.outcome) return [];
  if (expected.outcome === 'ticketed' && COMPETING.includes(is) && competes(one, is, others, seats)) return [];
  // Notes were changed: a ticket once given stays, unless the money went back.
  if (edited && is === 'ticketed' && expected.outcome !== 'revoked') return [];
  const about = stored.payment?.outcome?.about?.other_payment_id;
  return unlike(about === undefined ? 'its outcome' : `its outcome, for ${about},`, is, expected.outcome);
}

function unlikeTicket({ id, stored, expected, edited }: Case): string[] {
  const { attendees, payment } = stored;
  const [attendee] = attendees;
  const ticketed = outcomeOf(payment) === 'ticketed';
  if (attendees.length > 1) return [`${attendees.length} attendees`];
  if (!ticketed) return attendee?.live && !edited ? ['a live ticket that it should not have'] : [];
  if (!attendee?.live || attendee.ticket.revoked_at) return ['no live ticket'];
  const about = [
    ...unlike('its attendee', payment?.attendee_id, attendee._id),
    ...unlike('its attendee’s payment', attendee.payment_id, id),
    ...unlike('the ticket’s event', attendee.ticket.event_id, attendee.event_id),
    ...unlike('the attendee’s event', attendee.event_id, payment?.event_id),
  ];
  if (edited) return about;
  return [
    ...about,
    ...unlikeFields('attendee.details', attendee.details, expected.details),
    ...unlike('attendee.email', attendee.email, expected.email),
  ];
}

/** Each live ticket has its mail, each revoked one that was mailed its cancellation; none twice (P5). */
function unlikeMails({ stored: { attendees, mails }, edited }: Case, inbox: readonly MailSummary[]): string[] {
  const caught = (mail: MailDoc | undefined) => inbox.filter(({ messageId }) => messageId === mail?.message_id);
  const of = ({ _id }: AttendeeDoc, kind: string, issue: number) =>
    mails.find((mail) => mail._id === `${_id}:${kind}:${issue}`);
  const sent = (what: string, mail: MailDoc | undefined, to: string | null): string[] => {
    if (to === null && mail?.state === 'no_address') return caught(mail).length > 0 ? [`${what} was sent nowhere`] : [];
    const times = caught(mail).length;
    if (mail?.state !== 'sent' || times !== 1)
      return [`${what} is ${mail?.state ?? 'not owed'} and was caught ${times} times`];
    return edited ? [] : unlike(`${what} goes to whom`, caught(mail)[0]?.to, [to]);
  };
  const ended = (attendee: AttendeeDoc, { issue }: Ticket): string[] => {
    const ticket = of(attendee, 'ticket', issue);
    const cancellation = of(attendee, 'cancellation', issue);
    if (caught(ticket).length > 0) return sent(`the cancellation of ticket ${issue}`, cancellation, attendee.email);
    return caught(cancellation).length > 0 ? [`ticket ${issue} was never mailed, and its cancellation was`] : [];
  };
  return attendees.flatMap((attendee) => [
    ...(attendee.live
      ? sent('the ticket’s mail', of(attendee, 'ticket', attendee.ticket.issue), attendee.email)
      : ended(attendee, attendee.ticket)),
    ...attendee.past_tickets.flatMap((ticket) => ended(attendee, ticket)),
  ]);
}

export function differences(
  one: Case,
  others: readonly AttendeeDoc[],
  seats: number,
  inbox: readonly MailSummary[],
): string[] {
  const { stored, expected, edited } = one;
  if (!stored.payment) return ['it is not in the store'];
  const outcome = unlikeOutcome(one, others, seats);
  return [
    ...(stored.payment.pending ? [`it is pending: ${stored.payment.error ?? 'no error'}`] : []),
    ...unlikeFacts(one),
    ...outcome,
    ...(outcome.length > 0 ? [] : unlikeTicket(one)),
    ...(edited ? [] : unlike('its flags', [...stored.payment.flags].sort(), [...expected.flags].sort())),
    ...(edited ? [] : unlike('its event', stored.payment.event_id, expected.event_id)),
    ...(edited ? [] : unlike('its details', stored.payment.details, expected.details)),
    ...unlikeMails(one, inbox),
  ];
}
