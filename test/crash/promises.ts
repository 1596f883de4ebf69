/** P1 to P5 for these payments, from the store, the mail server and the gate: what is broken, in words. */
import type { ActivityDoc, AttendeeDoc, MailDoc } from '../../shared/store/documents.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import type { World } from '../world.ts';

/** What has to become of a payment. */
export interface Expected {
  id: string;
  /** `ticketed`, `held:duplicate_payment` */
  outcome: string;
  /** Its ticket's mail, where there is one; `sent` unless said otherwise. */
  mail?: MailDoc['state'];
}

const copiesOf = (world: World, { message_id, to }: MailDoc) =>
  world.mails.summaries({ messageId: message_id }).filter((mail) => mail.envelope.to.includes(String(to))).length;

/** One live attendee with one good ticket where there is to be one, and none elsewhere (P1, P4). */
function attendeeFaults({ id, outcome }: Expected, attendees: AttendeeDoc[], eventId: number | null): string[] {
  const live = attendees.filter((one) => one.live);
  const wanted = outcome === 'ticketed' ? 1 : 0;
  const faults: string[] = [];
  if (attendees.length > 1) faults.push(`P1: ${id} has ${attendees.length} attendees`);
  if (live.length !== wanted) faults.push(`P1: ${id} has ${live.length} live attendees instead of ${wanted}`);
  for (const { live: isLive, ticket, past_tickets } of attendees) {
    if (isLive && (ticket.revoked_at || ticket.event_id !== eventId)) faults.push(`P1: ${id}: its ticket is no good`);
    if (!isLive && !ticket.revoked_at) faults.push(`P4: ${id}: its ticket is not revoked`);
    if (past_tickets.some(({ revoked_at }) => !revoked_at)) faults.push(`P4: ${id}: an old ticket is not revoked`);
  }
  return faults;
}

/** Each live ticket's mail is out, each other mailed one's cancellation (P5). */
function mailFaults(world: World, expected: Expected, attendee: AttendeeDoc, mails: MailDoc[]): string[] {
  const find = (kind: string, issue: number) => mails.find((mail) => mail.kind === kind && mail.issue === issue);
  const faults: string[] = [];
  const { ticket, past_tickets, live } = attendee;
  if (live) {
    const state = find('ticket', ticket.issue)?.state;
    if (state !== (expected.mail ?? 'sent')) faults.push(`P5: ${expected.id}: the ticket’s mail is ${state}`);
  }
  for (const { issue } of live ? past_tickets : [...past_tickets, ticket]) {
    const mail = find('ticket', issue);
    const mailed = mail && (mail.state === 'sent' || copiesOf(world, { ...mail, to: attendee.email }) > 0);
    if (mailed && find('cancellation', issue)?.state !== 'sent')
      faults.push(`P5: ${expected.id}: ticket ${issue} was mailed and not cancelled by mail`);
  }
  for (const mail of mails) {
    if (mail.state === 'owed' || mail.state === 'sending') faults.push(`P5: ${expected.id}: a mail is ${mail.state}`);
    if (mail.state === 'sent' && copiesOf(world, mail) === 0)
      faults.push(`P5: ${expected.id}: a mail counts as sent and never arrived`);
  }
  return faults;
}

/** The trail is derived from what is stored: a death leaves no gap in it, and nothing twice. */
function trailFaults(
  { id, outcome }: Expected,
  attendees: AttendeeDoc[],
  mails: MailDoc[],
  trail: ActivityDoc[],
): string[] {
  const count = (action: string) => trail.filter((entry) => entry.action === action).length;
  const tickets = attendees.flatMap(({ past_tickets, ticket }) => [...past_tickets, ticket]);
  const wanted = {
    'payment.created': 1,
    'attendee.created': attendees.length,
    'qr.generated': tickets.length,
    'ticket.revoked': tickets.filter(({ revoked_at }) => revoked_at).length,
  };
  const [kind, reason = null] = outcome.split(':');
  const told = trail.some(
    ({ action, facts }) => action === 'payment.settled' && facts.outcome === kind && facts.reason === reason,
  );
  const unsaid = mails.filter(
    ({ _id, state }) =>
      state === 'sent' && !trail.some(({ action, subject }) => action === 'mail.sent' && subject === `mail:${_id}`),
  );
  return [
    ...unsaid.map(({ _id }) => `the trail does not say that mail ${_id} was sent`),
    ...(told ? [] : [`the trail of ${id} does not say that it is ${outcome}`]),
    ...Object.entries(wanted).flatMap(([action, times]) =>
      count(action) === times ? [] : [`the trail of ${id} has ${action} ${count(action)} times instead of ${times}`],
    ),
  ];
}

export async function brokenPromises(world: World, payments: readonly Expected[]): Promise<string[]> {
  const { store } = world;
  const faults: string[] = [];
  for (const expected of payments) {
    const { id, outcome } = expected;
    const [doc, attendees, mails, trail] = await Promise.all([
      store.payments.findOne({ _id: id }).lean(),
      store.attendees.find({ payment_id: id }).lean(),
      store.mails.find({ payment_id: id }).lean(),
      store.activities.find({ payment_id: id }).lean(),
    ]);
    const is = doc?.outcome?.reason ? `${doc.outcome.kind}:${doc.outcome.reason}` : doc?.outcome?.kind;
    if (!doc || doc.pending || is !== outcome)
      faults.push(`${id} is ${doc ? `${is}${doc.pending ? ', pending' : ''}` : 'not there'} instead of ${outcome}`);
    faults.push(...attendeeFaults(expected, attendees, doc?.event_id ?? null));
    faults.push(...trailFaults(expected, attendees, mails, trail));
    for (const attendee of attendees) faults.push(...mailFaults(world, expected, attendee, mails));
  }
  return faults;
}

/** Mails in the inbox more than once. A repeat outside the window, or one nobody counted, is a fault; so is a third. */
export async function repeats(
  world: World,
  payments: readonly Expected[],
  window: ReadonlySet<string>,
): Promise<{ doubled: string[]; faults: string[] }> {
  const mails = await world.store.mails.find({ payment_id: { $in: payments.map(({ id }) => id) } }).lean();
  const doubled: string[] = [];
  const faults: string[] = [];
  for (const mail of mails) {
    const copies = copiesOf(world, mail);
    if (copies <= 1) continue;
    doubled.push(mail._id);
    if (!window.has(mail._id)) faults.push(`P5: mail ${mail._id} arrived ${copies} times, outside the window`);
    if (copies > 2 || mail.unconfirmed < copies - 1)
      faults.push(`P5: mail ${mail._id} arrived ${copies} times, counted ${mail.unconfirmed}`);
  }
  return { doubled, faults };
}

/** P4 at the gate: no ticket of a refunded payment opens it. */
export async function openGates(world: World, payments: readonly Expected[]): Promise<string[]> {
  const key = readSigningKey(world.env.TICKET_SIGNING_KEY as string);
  const faults: string[] = [];
  for (const { id, outcome } of payments) {
    const attendee = await world.store.attendees.findOne({ payment_id: id }).lean();
    if (!attendee || outcome !== 'revoked') continue;
    for (const { id: ticket, event_id: event } of [...attendee.past_tickets, attendee.ticket]) {
      const { body } = await world.api('POST', '/api/checkin/scan', {
        qr_token: await signTicket({ ticket, event }, key),
      });
      if (body.success) faults.push(`P4: ${id} is refunded and its ticket opens the gate`);
    }
  }
  return faults;
}
