/** Mails that a person wants sent again: owed anew, and why not where that is no use. */
import { type Entry, record } from '../../../shared/audit/index.ts';
import type { MailDoc, MailState } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** State → why it is not sent again; null: it is. */
const NO_USE: Record<MailState, string | null> = {
  owed: null,
  sent: null,
  failed: null,
  sending: 'it is being sent right now',
  no_address: 'there is no address to send it to; give the student one first',
  cancelled: 'its ticket is not valid any more',
};

export interface Resent {
  owed: string[];
  refused: { id: string; reason: string }[];
}

export async function resendMails(
  store: Store,
  ids: readonly string[],
  { by, correlationId, now = new Date() }: { by: string; correlationId: string; now?: Date },
): Promise<Resent> {
  const found = await store.mails
    .find({ _id: { $in: [...ids] } }, { state: 1, kind: 1, payment_id: 1, event_id: 1, attendee_id: 1 })
    .lean<MailDoc[]>();
  const erased = await store.attendees
    .find({ _id: { $in: found.map(({ attendee_id }) => attendee_id) }, redacted_at: { $ne: null } }, { _id: 1 })
    .lean();
  const nobodys = new Set(erased.map(({ _id }) => _id));
  const whyNot = (mail: MailDoc | undefined): string | null => {
    if (!mail) return 'there is no such mail';
    return nobodys.has(mail.attendee_id) ? 'whose it is was erased' : NO_USE[mail.state];
  };
  const byId = new Map(found.map((mail) => [mail._id, mail]));
  const done: Resent = { owed: [], refused: [] };
  const trail: Entry[] = [];
  for (const id of ids) {
    const mail = byId.get(id);
    const reason = whyNot(mail);
    // By compare-and-set: the worker may take it in this moment.
    const owed =
      mail && reason === null
        ? await store.mails.updateOne(
            { _id: id, state: mail.state },
            { $set: { state: 'owed', due_at: now, attempts: 0, error: null, sent_at: null } },
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
