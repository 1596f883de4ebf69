/** The reckoning after the kills: Razorpay's books, what was acknowledged, the store and the inbox, against each other. */
import type { Booked } from '../../deploy/local/demo/razorpay.ts';
import type { MailSummary } from '../../deploy/mail-catcher/message.ts';
import type { AttendeeDoc, MailDoc, PaymentDoc } from '../../shared/store/documents.ts';
import type { Store } from '../../shared/store/index.ts';
import type { Acknowledged } from './stream.ts';

export interface Reckoning {
  /** What is broken, in words. */
  faults: string[];
  payments: number;
  mails: MailDoc[];
  /** Mails that arrived more than once, and how often more. */
  repeats: Map<MailDoc, number>;
}

interface Facts {
  payment: PaymentDoc | undefined;
  attendees: AttendeeDoc[];
  mails: MailDoc[];
  copies(mail: MailDoc | undefined): number;
}

/** P1 and P4, and that we know the payment as Razorpay does. */
function ticketFaults({ id, status }: Booked, { payment, attendees: [attendee, ...more] }: Facts): string[] {
  const outcome = status === 'refunded' ? 'revoked' : 'ticketed';
  const good = attendee?.live && !attendee.ticket.revoked_at;
  const faults: string[] = [];
  if (payment?.payment?.value.status !== status) faults.push(`${id} is ${status} and not known as that`);
  if (payment?.outcome?.kind !== outcome) faults.push(`${id} came out as ${payment?.outcome?.kind}`);
  if (more.length > 0) faults.push(`P1: ${id} has ${more.length + 1} attendees`);
  if (outcome === 'ticketed' && !good) faults.push(`P1: ${id} has no good ticket`);
  if (outcome === 'revoked' && attendee && (attendee.live || !attendee.ticket.revoked_at))
    faults.push(`P4: ${id} is refunded and its ticket is not revoked`);
  return faults;
}

/** P5. */
function mailFaults({ id, status }: Booked, { mails, copies }: Facts): string[] {
  const of = (kind: MailDoc['kind']) => mails.find((mail) => mail.kind === kind);
  const arrived = copies(of('ticket')) > 0;
  if (status === 'refunded')
    return arrived && (of('cancellation')?.state !== 'sent' || copies(of('cancellation')) === 0)
      ? [`P5: ${id} was mailed and is not cancelled by mail`]
      : [];
  return of('ticket')?.state === 'sent' && arrived ? [] : [`P5: the mail of ${id} is not out`];
}

/** What a person was told is so. */
function lost({ id }: Booked, { payment, attendees: [attendee] }: Facts, acknowledged: Acknowledged): string[] {
  const department = acknowledged.corrected.get(id);
  const ticket = acknowledged.entered.get(id);
  const ticketNow = attendee && [attendee.ticket, ...attendee.past_tickets].some((one) => one.id === ticket);
  return [
    ...(department !== undefined && payment?.details?.department !== department
      ? [`a correction of ${id} is lost`]
      : []),
    ...(ticket !== undefined && !(attendee?.checked_in_at && ticketNow) ? [`an entry of ${id} is lost`] : []),
  ];
}

export async function reckon(
  store: Store,
  books: readonly Booked[],
  inbox: readonly MailSummary[],
  acknowledged: Acknowledged,
): Promise<Reckoning> {
  const [payments, attendees, mails, events] = await Promise.all([
    store.payments.find().lean(),
    store.attendees.find().lean(),
    store.mails.find().lean(),
    store.events.distinct('_id'),
  ]);
  const arrived = new Map<string, number>();
  for (const { messageId } of inbox) arrived.set(String(messageId), (arrived.get(String(messageId)) ?? 0) + 1);
  const copies = (mail: MailDoc | undefined) => arrived.get(mail?.message_id ?? '') ?? 0;
  const faults = books.flatMap((booked) => {
    const facts: Facts = {
      payment: payments.find(({ _id }) => _id === booked.id),
      attendees: attendees.filter(({ payment_id }) => payment_id === booked.id),
      mails: mails.filter(({ payment_id }) => payment_id === booked.id),
      copies,
    };
    return [...ticketFaults(booked, facts), ...mailFaults(booked, facts), ...lost(booked, facts, acknowledged)];
  });
  for (const id of acknowledged.paid) if (!books.some((booked) => booked.id === id)) faults.push(`${id} is not booked`);
  for (const id of acknowledged.events) if (!(events as number[]).includes(id)) faults.push(`event ${id} is lost`);
  const seats = attendees.filter(({ live }) => live).map(({ seat }) => seat);
  if (new Set(seats).size !== seats.length) faults.push('a seat is given twice');
  const repeats = new Map(
    mails.map((mail): [MailDoc, number] => [mail, copies(mail) - 1]).filter(([, more]) => more > 0),
  );
  return { faults, payments: payments.length, mails, repeats };
}
