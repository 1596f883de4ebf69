/** The three store trips of a mail, by the bare driver: taking it, reading what is in it, marking it sent. */
import { randomUUID } from 'node:crypto';
import type { BareStore } from '../../process/bare-store.ts';

const LEASE_MS = 300_000;

const lookUp = (from: string, localField: string, as: string) => ({
  $lookup: { from, localField, foreignField: '_id', as },
});

export function outboxTrips({ collection }: BareStore) {
  const mails = collection('mails');
  /** @param send what happens between reading and marking */
  return async function outOfOutbox(send: () => Promise<void>): Promise<void> {
    const now = new Date();
    const token = randomUUID();
    const mail = await mails.findOneAndUpdate(
      { state: 'owed', due_at: { $lte: now } },
      { $set: { state: 'sending', lease: { token, until: new Date(now.getTime() + LEASE_MS) } } },
      { returnDocument: 'after', sort: { priority: 1, due_at: 1 } },
    );
    if (!mail) throw new Error('no mail is due');
    const mine = { _id: mail._id, state: 'sending', 'lease.token': token };
    await mails
      .aggregate([
        { $match: mine },
        lookUp('attendees', 'attendee_id', 'attendees'),
        lookUp('events', 'event_id', 'events'),
        lookUp('mail_templates', 'event_id', 'templates'),
      ])
      .toArray();
    await send();
    const { matchedCount } = await mails.updateOne(mine, { $set: { state: 'sent', lease: null, sent_at: new Date() } });
    if (matchedCount !== 1) throw new Error('a mail was taken away');
  };
}
