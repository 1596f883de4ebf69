/** The limit of a check-in: its three store trips by the bare driver. */
import { randomUUID } from 'node:crypto';
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';
import { timed } from '../process/timed.ts';

const { MONGODB_URI = '', EVENT = '', SESSION = '', AT_ONCE = '' } = process.env;
const { collection } = await openBare(MONGODB_URI);
const [sessions, attendees, trail] = [collection('sessions'), collection('attendees'), collection('activity_logs')];

answer('ready', () => true);
answer('work', (tickets: string[]) =>
  timed(tickets.length, Number(AT_ONCE), async (nth) => {
    const ticket = tickets[nth] as string;
    const now = new Date();
    await sessions.findOne({ _id: SESSION, username: 'admin', expires_at: { $gt: now } });
    const found = await attendees.findOneAndUpdate(
      {
        'ticket.id': ticket,
        'ticket.event_id': Number(EVENT),
        'ticket.revoked_at': null,
        checked_in_at: null,
        live: true,
      },
      { $set: { checked_in_at: now, checked_in_by: 'admin', checked_in_gate: null, checked_in_nonce: null } },
      { returnDocument: 'after' },
    );
    if (!found) throw new Error(`${ticket} was not let in`);
    const about = {
      payment_id: found.payment_id,
      event_id: Number(EVENT),
      attendee_id: found._id,
      correlation_id: 'c',
    };
    await trail.insertMany([
      {
        ...{
          _id: randomUUID(),
          at: now,
          action: 'checkin.accepted',
          actor: 'admin',
          subject: `attendee:${found._id}`,
        },
        ...about,
        facts: { reason: 'ok' },
      },
    ]);
  }),
);
