/**
 * A net below the claims: what does not fit together (drift.ts) goes back to settling. Tickets of the last hours again and
 * again; all of them when ticketing starts, as after a restore, and once a day. Reads in batches, each one range of an
 * index, and writes only where something is wrong.
 */
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { claimPayment } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';
import { driftOf, type Holder, type Mailed, type Settled } from './drift.ts';

const RECENT_MS = 6 * 3_600_000;
const ALL_EVERY_MS = 24 * 3_600_000;
const BATCH = 500;

const SETTLED = { rev: 1, pending: 1, outcome: 1, event_id: 1, redacted_at: 1 } as const;
const MAILED = { ticket_id: 1, kind: 1, state: 1, sent_at: 1, unconfirmed: 1 } as const;
const HOLDER = { payment_id: 1, event_id: 1, live: 1, ticket: 1, past_tickets: 1, redacted_at: 1 } as const;

/** Attendees whose ticket was issued since then, in batches. */
async function* holders(store: Store, since: Date) {
  let after = { at: since, id: -1 };
  for (;;) {
    const batch: (Holder & Pick<AttendeeDoc, '_id'>)[] = await store.attendees
      .find(
        { $or: [{ 'ticket.issued_at': { $gt: after.at } }, { 'ticket.issued_at': after.at, _id: { $gt: after.id } }] },
        HOLDER,
      )
      .sort({ 'ticket.issued_at': 1, _id: 1 })
      .limit(BATCH)
      .lean<(Holder & Pick<AttendeeDoc, '_id'>)[]>();
    const last = batch.at(-1);
    if (!last) return;
    yield batch.filter(({ payment_id }) => payment_id !== null);
    after = { at: last.ticket.issued_at, id: last._id };
  }
}

/** Ticketed payments without an attendee, in batches. */
async function* lost(store: Store) {
  let after = { at: -1, id: '' };
  for (;;) {
    const batch: (Settled & Pick<PaymentDoc, 'payment'>)[] = await store.payments
      .find(
        {
          'outcome.kind': 'ticketed',
          'outcome.reason': null,
          $or: [
            { 'payment.value.created_at': { $gt: after.at } },
            { 'payment.value.created_at': after.at, _id: { $gt: after.id } },
          ],
        },
        { ...SETTLED, 'payment.value.created_at': 1 },
      )
      .sort({ 'payment.value.created_at': 1, _id: 1 })
      .limit(BATCH)
      .lean<(Settled & Pick<PaymentDoc, 'payment'>)[]>();
    const last = batch.at(-1);
    if (!last) return;
    const ids = batch.map(({ _id }) => _id);
    const found = await store.attendees.find({ payment_id: { $in: ids } }, { payment_id: 1 }).lean();
    const there = new Set(found.map(({ payment_id }) => payment_id));
    yield batch.filter(({ _id }) => !there.has(_id));
    after = { at: last.payment?.value.created_at ?? 0, id: last._id };
  }
}

const ticketsOf = ({ ticket, past_tickets }: Holder): string[] => [ticket, ...past_tickets].map(({ id }) => id);

/** What belongs to these attendees. */
async function belongings(store: Store, batch: readonly Holder[]) {
  const [payments, mails] = await Promise.all([
    store.payments
      .find({ _id: { $in: batch.map(({ payment_id }) => payment_id as string) } }, SETTLED)
      .lean<Settled[]>(),
    store.mails.find({ ticket_id: { $in: batch.flatMap(ticketsOf) } }, MAILED).lean<Mailed[]>(),
  ]);
  const mailsOf = new Map<string, Mailed[]>();
  for (const mail of mails) mailsOf.set(mail.ticket_id, [...(mailsOf.get(mail.ticket_id) ?? []), mail]);
  return { payments: new Map(payments.map((one) => [one._id, one])), mailsOf };
}

export interface Reconciliation {
  /** Ticketed payments without an attendee get theirs back, at once: until then their seats are anybody's. */
  restoreLost(): Promise<void>;
  /** One look at tickets, payments and mails. */
  look(): Promise<void>;
}

export function reconciliation(tools: SettleTools, stopped: () => boolean): Reconciliation {
  const { store, metrics, log } = tools;
  let allAt = Number.NEGATIVE_INFINITY;

  async function check(payment: Settled, holder: Holder | null, mails: Mailed[]): Promise<boolean> {
    const drift = driftOf(payment, holder, mails);
    if (drift === null) return false;
    const now = new Date();
    const { modifiedCount } = await store.payments.updateOne(
      { _id: payment._id, rev: payment.rev, pending: false },
      { $set: { pending: true, pending_since: now, next_at: now }, $inc: { rev: 1 } },
    );
    if (modifiedCount === 0) return false;
    metrics.reconciled.inc({ drift });
    log.warn({ payment_id: payment._id, drift }, 'recovery: payment, ticket and mail do not fit, settling it again');
    return true;
  }

  async function checkHolders(since: Date): Promise<void> {
    for await (const batch of holders(store, since)) {
      const { payments, mailsOf } = await belongings(store, batch);
      for (const holder of batch) {
        if (stopped()) return;
        const payment = payments.get(holder.payment_id as string);
        const its = ticketsOf(holder).flatMap((id) => mailsOf.get(id) ?? []);
        if (payment) await check(payment, holder, its);
      }
    }
  }

  async function restoreLost(): Promise<void> {
    for await (const batch of lost(store))
      for (const payment of batch) {
        if (stopped()) return;
        if (!(await check(payment, null, []))) continue;
        const claimed = await claimPayment(store, payment._id);
        if (claimed) await settle(tools, claimed.payment, claimed.claim);
      }
  }

  return {
    restoreLost,
    async look() {
      const now = Date.now();
      if (now - allAt < ALL_EVERY_MS) return await checkHolders(new Date(now - RECENT_MS));
      await restoreLost();
      await checkHolders(new Date(0));
      allAt = now;
    },
  };
}
