/** All that must not change when nothing new is told, as one text. */
import { canonical } from '../../../../shared/razorpay/version.ts';
import type { Store } from '../../../../shared/store/index.ts';

export async function historyOf(store: Store): Promise<string> {
  const [payments, attendees, mails] = await Promise.all([
    store.payments.find().sort({ _id: 1 }).lean(),
    store.attendees.find().sort({ _id: 1 }).lean(),
    store.mails.find().sort({ _id: 1 }).lean(),
  ]);
  return canonical({
    payments: payments.map(({ _id, payment, refunds, qr, order, outcome, flags, event_id, attendee_id, pending }) => ({
      _id,
      digests: [payment?.digest, qr?.digest, order?.digest, ...Object.values(refunds ?? {}).map((one) => one.digest)],
      outcome: [outcome?.kind, outcome?.reason],
      settled: [pending, flags, event_id, attendee_id],
    })),
    attendees: attendees.map(({ _id, live, seat, ticket, past_tickets, email }) => ({
      _id,
      kept: [live, seat, email, ticket.id, ticket.revoked_at !== null, past_tickets.length],
    })),
    mails: mails.map(({ _id, state, to, message_id }) => [_id, state, to, message_id]),
  });
}
