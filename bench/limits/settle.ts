/**
 * The limit of settling: its seven store trips by the bare driver, in the same order and with the same sizes, all commands
 * made beforehand. The limit of a duplicate is the first of them.
 */
import { randomUUID } from 'node:crypto';
import { attendee, ticketMail } from '../../services/gateway/testing/documents.ts';
import { joinPipeline } from '../../services/ticketing/join/pipeline.ts';
import type { Observation } from '../../shared/razorpay/observation.ts';
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';
import { timed } from '../process/timed.ts';

const { collection } = await openBare(process.env.MONGODB_URI ?? '');
const [payments, attendees, mails, trail] = [
  collection('payments'),
  collection('attendees'),
  collection('mails'),
  collection('activity_logs'),
];

const join = (message: string) => {
  const observation = JSON.parse(message) as Observation;
  const now = new Date();
  const claim = { token: randomUUID(), until: new Date(now.getTime() + 45_000) };
  const pipeline = joinPipeline(observation, claim, now);
  const id = observation.payment_id;
  const run = () =>
    payments.findOneAndUpdate({ _id: id }, pipeline as object[], { upsert: true, returnDocument: 'after' });
  return { id, claim, now, run };
};

let made = 0;

function settling(message: string): () => Promise<void> {
  const n = ++made;
  const { id, claim, now, run } = join(message);
  const { _id: attendee_id, ...rest } = attendee(n, { payment_id: id });
  const ticket_id = rest.ticket.id;
  const { _id: mailId, attendee_id: _its, ...mail } = ticketMail(n, { payment_id: id, state: 'no_address' });
  const own = [
    { $match: { payment_id: id } },
    { $project: { _id: 0, attendee: '$$ROOT' } },
    { $unionWith: { coll: 'events', pipeline: [{ $project: { _id: 0, event: '$$ROOT' } }] } },
  ];
  const about = { payment_id: id, event_id: 1, attendee_id, correlation_id: 'bench', facts: { outcome: 'ticketed' } };
  const entries = ['payment.created', 'payment.settled', 'attendee.created', 'qr.generated'].map((action) => ({
    ...{ _id: `${id}:${action}`, at: now, action, actor: 'ticketing', subject: `payment:${id}` },
    ...about,
  }));
  const outcome = { kind: 'ticketed', reason: null, since: now };
  const end = {
    ...{ pending: false, pending_since: null, settling: null, attempts: 0, next_at: null, error: null, flags: [] },
    ...{ outcome, event_id: 1, attendee_id, details: rest.details },
  };
  return async () => {
    await run();
    await attendees.aggregate(own).toArray();
    await attendees.find({ live: true, event_id: 1, student_key: { $gte: `R${n}|`, $lt: `R${n}}` } }).toArray();
    await attendees.insertOne({ _id: attendee_id, ...rest });
    await Promise.all([
      mails.updateOne(
        { ticket_id, kind: 'ticket' },
        { $set: { attendee_id }, $setOnInsert: { _id: mailId, ...mail } },
        { upsert: true },
      ),
      trail.insertMany(entries, { ordered: false }),
    ]);
    const { matchedCount } = await payments.updateOne(
      { _id: id, rev: 1, 'settling.token': claim.token },
      { $set: end },
    );
    if (matchedCount !== 1) throw new Error(`${id} did not settle`);
  };
}

answer('ready', () => true);
answer('work', (messages: string[]) => {
  const all = messages.map(settling);
  return timed(all.length, 1, async (nth) => all[nth]?.());
});
answer('again', (messages: string[]) => {
  const all = messages.map(join);
  return timed(all.length, 1, async (nth) => all[nth]?.run());
});
