/** The seven store trips of settling a new captured payment, by the bare driver; all commands are made beforehand. */
import { randomUUID } from 'node:crypto';
import { attendee, ticketMail } from '../../../services/gateway/testing/documents.ts';
import { joinPipeline } from '../../../services/ticketing/join/pipeline.ts';
import type { PaymentFacts } from '../../../shared/razorpay/facts.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import { paymentWords } from '../../../shared/search.ts';
import type { MailDoc } from '../../../shared/store/documents.ts';
import type { BareStore } from '../../process/bare-store.ts';

/** @param mailState what becomes of the ticket's mail */
export function settlingTrips({ collection }: BareStore, mailState: Partial<MailDoc>) {
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
    return { id, payment: observation.payment as PaymentFacts, claim, now, run };
  };

  function settling(message: string, n: number): () => Promise<void> {
    const { id, payment, claim, now, run } = join(message);
    const { _id: attendee_id, ...rest } = attendee(n, { payment_id: id });
    const ticket_id = rest.ticket.id;
    const { _id: mailId, attendee_id: _its, ...mail } = ticketMail(n, { payment_id: id, ...mailState });
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
    const words = paymentWords({ payment: { value: payment }, details: rest.details });
    const end = {
      ...{ pending: false, pending_since: null, settling: null, attempts: 0, next_at: null, error: null, flags: [] },
      ...{ outcome, event_id: 1, attendee_id, details: rest.details, words },
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

  return { join, settling };
}
