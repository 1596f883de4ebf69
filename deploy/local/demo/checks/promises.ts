/** The promises, each checked against the store, the inbox and the gate once the story is over. */

import type { AttendeeDoc } from '../../../../shared/store/documents.ts';
import { readPublicKeys, ticketVerifier } from '../../../../shared/ticket/token.ts';
import type { Mail } from '../inbox.ts';
import { OTHER_PAYMENTS } from '../story.ts';
import { check, type Due, type World } from '../world.ts';
import { factsEqual } from './facts.ts';

/** A ticket as a student holds it. */
export interface Held {
  readonly paymentId: string;
  readonly name: string;
  readonly email: string;
  readonly token: string;
}

const few = (faults: readonly string[]): string | null =>
  faults.length === 0
    ? null
    : `${faults.slice(0, 3).join('; ')}${faults.length > 3 ? ` and ${faults.length - 3} more` : ''}`;

const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

const payers = (world: World) => [...world.due].filter(([, { student }]) => student !== null);

/** P1, and that whatever got no ticket is shown for the reason the story expects. */
async function outcomes(world: World): Promise<void> {
  const payments = await world.store.payments.find({}, { outcome: 1, pending: 1 }).lean();
  const attendees = await world.store.attendees.find().lean();
  const stored = new Map(payments.map((doc) => [doc._id, doc]));
  const of = (id: string) => attendees.filter(({ payment_id }) => payment_id === id);

  const tickets = [...world.due].flatMap(([id, { outcome }]) => {
    const live = of(id).filter((one) => one.live && one.ticket.revoked_at === null);
    const wanted = outcome === 'ticketed' ? 1 : 0;
    if (live.length !== wanted) return [`${id} has ${live.length} tickets instead of ${wanted}`];
    return of(id).length > 1 ? [`${id} has ${of(id).length} attendees`] : [];
  });
  const live = attendees.filter((one) => one.live);
  if (!unique(live.map(({ seat }) => seat))) tickets.push('a seat is given twice');
  if (!unique(attendees.map(({ ticket }) => ticket.id))) tickets.push('a ticket id is given twice');
  check(world, 'P1', 'Each captured payment with details has exactly one attendee and one ticket.', few(tickets));

  const wrong = [...world.due].flatMap(([id, { outcome, reason }]) => {
    const doc = stored.get(id);
    const got = [doc?.outcome?.kind, doc?.outcome?.reason ?? null, doc?.pending];
    return JSON.stringify(got) === JSON.stringify([outcome, reason, false])
      ? []
      : [`${id} should be ${reason ?? outcome} and is ${got[1] ?? got[0] ?? 'not there'}`];
  });
  if (payments.length !== world.due.size) wrong.push(`${payments.length} payments instead of ${world.due.size}`);
  const sentence = 'What a person must decide is held with its reason, and nothing else is.';
  check(world, 'holds', sentence, few(wrong));

  const foreign = await world.store.payments.find({ 'outcome.kind': 'foreign' }).lean();
  const personal = foreign.filter(({ payment }) => {
    const { email, contact, notes } = payment?.value ?? { email: null, contact: null, notes: [] };
    return email !== null || contact !== null || notes.some(({ value }) => value !== '');
  });
  const kept = personal.map(({ _id }) => `${_id} has personal data`);
  check(world, 'privacy', 'Of payments that are not ours nothing personal is kept.', few(kept));
}

/** P2 and P3: what the sweep brought, and that there is nothing left to bring. */
async function sweeps(world: World): Promise<void> {
  check(world, 'P2', 'Every payment and refund in the store reads as in Razorpay’s books.', await factsEqual(world));
  const lost = [...world.due.values()].filter((due) => due.lost).length;
  const { success = false, missing = 0, message = 'it did not run' } = world.sweep ?? {};
  const found = `The sweep alone found the ${lost} payments that no webhook told of, beyond the first page of the list.`;
  check(world, 'P3', found, success && missing === lost ? null : `it was ${success ? '' : 'not '}complete: ${message}`);
  // One that is stuck would only be joined.
  if (!success) return check(world, 'P3', 'A second sweep sees everything and finds nothing new.', 'the first failed');
  const again = await world.gateway.sync();
  const nothing = again.success && again.missing + again.changed === 0 && again.fetched === world.due.size;
  check(world, 'P3', 'A second sweep sees everything and finds nothing new.', nothing ? null : again.message);
}

/** P5, and that each mail's QR code is the ticket. Returns a ticket as its student holds it, for each live one. */
async function mails(world: World): Promise<Map<string, Held>> {
  const inbox = await world.inbox.mails();
  const rows = await world.store.mails.find().lean();
  const attendees = new Map((await world.store.attendees.find().lean()).map((one) => [one.payment_id, one]));
  const verify = ticketVerifier(readPublicKeys(world.info.ticketPublicKey));
  const held = new Map<string, Held>();
  const unsent: string[] = [];
  const unreadable: string[] = [];

  const copies = (messageId: string) => inbox.filter((mail) => mail.messageId === messageId);
  const one = async (id: string, { student, outcome }: Due, attendee: AttendeeDoc, mail: Mail) => {
    if (mail.to[0] !== student?.email) unsent.push(`the mail of ${id} went to somebody else`);
    const token = (await world.inbox.qrText(mail).catch(() => null)) ?? '';
    const claims = await verify(token).catch(() => null);
    if (claims?.ticket !== attendee.ticket.id || claims.event !== world.eventId) unreadable.push(`the QR of ${id}`);
    else held.set(id, { paymentId: id, name: student?.name ?? '', email: student?.email ?? '', token });
    const cancelled = rows.find(({ payment_id, kind }) => payment_id === id && kind === 'cancellation');
    const told = cancelled !== undefined && copies(cancelled.message_id).length > 0;
    if ((outcome === 'revoked') !== told) unsent.push(`${id}: cancellation ${told ? '' : 'not '}sent`);
  };

  for (const [id, due] of payers(world)) {
    const attendee = attendees.get(id);
    const row = rows.find(({ payment_id, kind }) => payment_id === id && kind === 'ticket');
    const [mail] = row === undefined ? [] : copies(row.message_id);
    if (!due.mailed && row !== undefined) unsent.push(`${id} was mailed a ticket`);
    if (!due.mailed) continue;
    if (row?.state !== 'sent') unsent.push(`the mail of ${id} is ${row?.state ?? 'not owed'}`);
    else if (mail === undefined) unsent.push(`the mail of ${id} counts as sent and is not in the inbox`);
    else if (attendee !== undefined) await one(id, due, attendee, mail);
  }
  check(world, 'P5', 'Each ticket’s mail is in the right inbox, also those of the outage.', few(unsent));

  const sent = rows.filter(({ state }) => state === 'sent');
  const repeated = sent.filter(({ message_id }) => copies(message_id).length !== 1).map(({ _id }) => `mail ${_id}`);
  if (inbox.length !== sent.length) repeated.push(`${inbox.length} mails in the inbox and ${sent.length} sent`);
  check(world, 'P5', 'No mail was sent twice, and none that is not in the outbox.', few(repeated));
  const noneRead = held.size === 0 ? 'there is none to read' : null;
  check(
    world,
    'QR',
    'Each QR code decodes to a token that the public key verifies, of that ticket.',
    few(unreadable) ?? noneRead,
  );
  return held;
}

/** P4, at the gate. */
async function gate(world: World, held: ReadonlyMap<string, Held>): Promise<void> {
  const faults: string[] = [];
  const scan = async (id: string | undefined, wanted: string) => {
    const token = held.get(id ?? '')?.token;
    if (token === undefined) return void faults.push('there is no ticket to scan');
    const { reason } = await world.gateway.scan(token);
    if (reason !== wanted) faults.push(`${id}: the gate says ${reason} instead of ${wanted}`);
  };
  const [refunded] = payers(world).find(([, due]) => due.outcome === 'revoked' && due.mailed) ?? [];
  await scan(refunded, 'refunded');
  check(world, 'P4', 'The refunded ticket, though in its student’s inbox, is refused at the gate.', few(faults));

  faults.length = 0;
  const [good] = payers(world).find(([, { outcome }]) => outcome === 'ticketed') ?? [];
  await scan(good, 'ok');
  await scan(good, 'already_checked_in');
  check(world, 'gate', 'A good ticket opens the gate once, and not a second time.', few(faults));
}

/** All checks after the story. Returns the tickets as their students hold them. */
export async function checkPromises(world: World): Promise<ReadonlyMap<string, Held>> {
  await outcomes(world);
  await sweeps(world);
  const held = await mails(world);
  await gate(world, held);
  const others = [...world.due.values()].filter(({ outcome }) => outcome === 'foreign').length;
  const listed = (await world.gateway.foreign()).length;
  const fault = listed === others && others === OTHER_PAYMENTS + 1 ? null : `${listed} are listed`;
  check(world, 'foreign', `The ${others} payments of other products are listed as not ours.`, fault);
  return held;
}
