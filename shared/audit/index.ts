/**
 * The audit trail: who did what to what, when. Ids, states and reasons only: no personal data, no secret, no amount.
 * Entries about effects carry a natural `_id`, so that doing an effect twice is one entry.
 */
import { randomUUID } from 'node:crypto';
import type { ActivityDoc } from '../store/documents.ts';
import { isDuplicateKey } from '../store/errors.ts';
import type { Store } from '../store/index.ts';

export const ACTIONS = [
  'payment.created',
  'payment.updated',
  'payment.settled',
  'payment.changed_by_hand',
  'payment.redacted',
  'attendee.created',
  'attendee.changed',
  'attendee.redacted',
  'qr.generated',
  'ticket.revoked',
  'ticket.shown',
  'mail.sent',
  'mail.failed',
  'mail.retried',
  'mail.cancelled',
  'sweep.started',
  'sweep.ended',
  'sync.requested',
  'razorpay.fetched',
  'razorpay.fetch_failed',
  'message.dead',
  'message.replayed',
  'login.succeeded',
  'login.failed',
  'logout',
  'user.created',
  'user.changed',
  'event.created',
  'event.changed',
  'event.staffed',
  'event.deleted',
  'mail_template.changed',
  'mail_template.reset',
  'mail_template.tested',
  'club.created',
  'club.changed',
  'checkin.accepted',
  'checkin.refused',
  'checkin.conflict',
  'checkin.undone',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Entry {
  /** Given where the effect may be done twice. */
  id?: string;
  action: Action;
  /** A username, or `gateway`, `ingest`, `ticketing`. */
  actor: string;
  /** `payment:pay_…`, `event:1`, `mail:7:ticket:1`. */
  subject: string;
  payment_id?: string | null;
  event_id?: number | null;
  attendee_id?: number | null;
  correlation_id?: string | null;
  facts?: Record<string, unknown>;
}

/** An entry as it is stored. */
export const entryDocument = (entry: Entry, at = new Date()): ActivityDoc => ({
  _id: entry.id ?? randomUUID(),
  at,
  action: entry.action,
  actor: entry.actor,
  subject: entry.subject,
  payment_id: entry.payment_id ?? null,
  event_id: entry.event_id ?? null,
  attendee_id: entry.attendee_id ?? null,
  correlation_id: entry.correlation_id ?? null,
  facts: entry.facts ?? {},
});

/** Appends what is in its stored form already, in one round trip; what is there already stays as it is. */
export async function append(store: Store, documents: ActivityDoc[]): Promise<void> {
  if (documents.length === 0) return;
  try {
    await store.activities.collection.insertMany(documents as never[], { ordered: false });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Appends entries in one round trip; those already there stay as they are. */
export const record = (store: Store, entries: Entry[], at = new Date()): Promise<void> =>
  append(
    store,
    entries.map((entry) => entryDocument(entry, at)),
  );
