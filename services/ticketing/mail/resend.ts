/** Mails that a person wants sent again: owed anew, and why not where that is no use. */
import { type Entry, record } from '../../../shared/audit/index.ts';
import type { AttendeeDoc, MailDoc, MailState } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { owedAnew, sentAnew } from './anew.ts';
import { mayHaveArrived } from './verdict.ts';

/** State → why it is not sent again; null: it is. */
const NO_USE: Record<MailState, string | null> = {
  owed: null,
  sent: null,
  failed: null,
  sending: 'it is being sent right now',
  no_address: 'there is no address to send it to; give the student one first',
  cancelled: 'its ticket is not valid any more',
};

const READ = {
  ...{ state: 1, kind: 1, ticket_id: 1, payment_id: 1, event_id: 1, attendee_id: 1 },
  ...{ message_id: 1, sent_at: 1, unconfirmed: 1 },
} as const;

export interface Resent {
  owed: string[];
  refused: { id: string; reason: string }[];
}

export async function resendMails(
  store: Store,
  ids: readonly string[],
  { by, correlationId, now = new Date() }: { by: string; correlationId: string; now?: Date },
): Promise<Resent> {
  const found = await store.mails.find({ _id: { $in: [...ids] } }, READ).lean<MailDoc[]>();
  const owners = await store.attendees
    .find({ _id: { $in: found.map(({ attendee_id }) => attendee_id) } }, { redacted_at: 1, live: 1, 'ticket.id': 1 })
    .lean<AttendeeDoc[]>();
  const ownerOf = new Map(owners.map((owner) => [owner._id, owner]));
  const whyNot = (mail: MailDoc | undefined): string | null => {
    if (!mail) return 'there is no such mail';
    const owner = ownerOf.get(mail.attendee_id);
    if (owner?.redacted_at) return 'whose it is was erased';
    const over = owner && mail.kind === 'ticket' && !(owner.live && owner.ticket.id === mail.ticket_id);
    return NO_USE[over ? 'cancelled' : mail.state];
  };
  const byId = new Map(found.map((mail) => [mail._id, mail]));
  const done: Resent = { owed: [], refused: [] };
  const trail: Entry[] = [];
  for (const id of ids) {
    const mail = byId.get(id);
    const reason = whyNot(mail);
    // By compare-and-set: the worker may take it in this moment, or may have had no answer to it.
    const owed =
      mail && reason === null
        ? await store.mails.updateOne(
            { _id: id, state: mail.state, message_id: mail.message_id, unconfirmed: mail.unconfirmed },
            { $set: mayHaveArrived(mail) ? sentAnew(mail.message_id, now) : owedAnew(now) },
          )
        : undefined;
    if (!mail || owed?.matchedCount !== 1) {
      done.refused.push({ id, reason: reason ?? 'it changed at this very moment; look again' });
      continue;
    }
    done.owed.push(id);
    const { kind, state, payment_id, event_id, attendee_id } = mail;
    trail.push({
      action: 'mail.retried',
      actor: by,
      subject: `mail:${id}`,
      payment_id,
      event_id,
      attendee_id,
      correlation_id: correlationId,
      facts: { kind, was: state },
    });
  }
  await record(store, trail, now);
  return done;
}
