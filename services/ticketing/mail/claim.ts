/** Taking a mail out of the outbox: a lease by compare-and-set. Every later mark carries its token. */
import { randomUUID } from 'node:crypto';
import type { ActivityDoc, AttendeeDoc, EventDoc, MailDoc, MailTemplateDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { owedAnew, sentAnew } from './anew.ts';

/** Renewed while a send goes on. */
export const LEASE_MS = 5 * 60_000;
/** A send is not begun in the lease's last part. */
export const LEASE_MARGIN_MS = 2 * 60_000;

/**
 * What a probe is, also one that rests because of the server: one that is refused for its own sake would tell nothing, and keep
 * the others waiting.
 */
const LEAST_REFUSED = { 'error.alone': 1, 'error.times': 1, due_at: 1 } as const;

export interface ClaimedMail {
  mail: MailDoc;
  token: string;
  /** `performance.now()` at the claim: goes on while the process is stopped. */
  claimedAt: number;
}

/** `probe`: the one mail that tries whether the server works. */
export async function claimMail(store: Store, { probe = false } = {}, now = new Date()): Promise<ClaimedMail | null> {
  const token = randomUUID();
  const claimedAt = performance.now();
  const due = { due_at: { $lte: now } };
  const mail = await store.mails
    .findOneAndUpdate(
      { state: 'owed', ...(probe ? { $or: [due, { 'error.kind': 'server' }] } : due) },
      { $set: { state: 'sending', lease: { token, until: new Date(now.getTime() + LEASE_MS) } } },
      { returnDocument: 'after', sort: probe ? LEAST_REFUSED : { priority: 1, due_at: 1 } },
    )
    .lean();
  return mail && { mail, token, claimedAt };
}

export interface MailContents {
  mail: MailDoc;
  attendee: AttendeeDoc | undefined;
  event: EventDoc | undefined;
  /** The event's own, as stored. */
  template: MailTemplateDoc | undefined;
  /** For a cancellation: what became of the ticket's mail. */
  ticketMail: MailDoc | undefined;
}

/** Everything a send needs, read right before it, and only if the lease is still ours. One round trip for a ticket. */
export async function readContents(store: Store, { mail, token }: ClaimedMail): Promise<MailContents | null> {
  const [found] = await store.mails.aggregate<
    MailDoc & { attendees: AttendeeDoc[]; events: EventDoc[]; templates: MailTemplateDoc[] }
  >([
    { $match: { _id: mail._id, state: 'sending', 'lease.token': token } },
    { $lookup: { from: 'attendees', localField: 'attendee_id', foreignField: '_id', as: 'attendees' } },
    { $lookup: { from: 'events', localField: 'event_id', foreignField: '_id', as: 'events' } },
    { $lookup: { from: 'mail_templates', localField: 'event_id', foreignField: '_id', as: 'templates' } },
  ]);
  if (!found) return null;
  const { attendees, events, templates, ...current } = found;
  const ticketMail =
    mail.kind === 'cancellation'
      ? await store.mails.findOne({ ticket_id: mail.ticket_id, kind: 'ticket' }).lean()
      : null;
  return {
    mail: current,
    attendee: attendees[0],
    event: events[0],
    template: templates[0],
    ticketMail: ticketMail ?? undefined,
  };
}

/** Keeps the lease for as long again. */
export async function renewMail(store: Store, { mail, token }: ClaimedMail): Promise<void> {
  await store.mails.updateOne(
    { _id: mail._id, state: 'sending', 'lease.token': token },
    { $set: { 'lease.until': new Date(Date.now() + LEASE_MS) } },
  );
}

/**
 * Ends the lease with these changes, and with the audit entries that tell of them: one write, so that neither is there
 * without the other. Recovery moves the entries on. False: the lease was lost, or it is not as `only` says.
 */
export async function markMail(
  store: Store,
  { mail, token }: ClaimedMail,
  change: Partial<MailDoc>,
  trail: ActivityDoc[] = [],
  only: { readdressed?: number | null } = {},
): Promise<boolean> {
  const { matchedCount } = await store.mails.updateOne(
    { _id: mail._id, state: 'sending', 'lease.token': token, ...only },
    { $set: { lease: null, ...change }, ...(trail.length > 0 && { $push: { trail: { $each: trail } } }) },
  );
  return matchedCount === 1;
}

/**
 * Ends the lease of a mail that was tried at the address `to`, sent or not, with these changes. Where its address was corrected
 * meanwhile, it is owed to that one instead: whoever corrects counts that on the mail, after the attendee, so that the attendee
 * read after the count is as it says. False: the lease was lost.
 */
export async function markTried(
  store: Store,
  claimed: ClaimedMail,
  to: string,
  change: Partial<MailDoc>,
  trail: ActivityDoc[],
): Promise<boolean> {
  const { mail, token } = claimed;
  // As it was claimed, before its attendee was read.
  let readdressed = mail.readdressed ?? null;
  for (;;) {
    if (await markMail(store, claimed, { ...change, to }, trail, { readdressed })) return true;
    const current = await store.mails
      .findOne({ _id: mail._id, state: 'sending', 'lease.token': token }, { readdressed: 1 })
      .lean();
    if (!current) return false;
    readdressed = current.readdressed ?? null;
    const attendee = await store.attendees.findById(mail.attendee_id, { email: 1 }).lean();
    if (attendee?.email !== to) {
      const now = new Date();
      const anew = change.state === 'sent' ? sentAnew(mail.message_id, now) : owedAnew(now);
      return await markMail(store, claimed, { ...change, to, ...anew }, trail);
    }
  }
}
