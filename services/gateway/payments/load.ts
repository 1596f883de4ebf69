/** Payments with what stands in other collections about them: a few round trips a page, never one a row. */
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc, MailDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { seesEventId, type Viewer } from '../auth/scope.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../http/paging.ts';
import type { Call } from '../http/route.ts';
import { type PaymentAnswer, presentPayment, type Surroundings } from './present.ts';

const isNumber = (value: number | null): value is number => value !== null;

/** Attendees, mails and event names of these payments: two round trips, the second for all mails. */
async function surroundings(store: Store, docs: PaymentDoc[]): Promise<(doc: PaymentDoc) => Surroundings> {
  const eventIds = [...new Set(docs.map((doc) => doc.event_id).filter(isNumber))];
  const [attendees, events] = await Promise.all([
    store.attendees.find({ payment_id: { $in: docs.map((doc) => doc._id) } }).lean<AttendeeDoc[]>(),
    eventIds.length === 0 ? [] : store.events.find({ _id: { $in: eventIds } }, { name: 1 }).lean(),
  ]);
  const mails =
    attendees.length === 0
      ? []
      : await store.mails
          .find({ attendee_id: { $in: attendees.map((attendee) => attendee._id) } })
          .sort({ issue: 1, kind: -1 })
          .lean<MailDoc[]>();
  const references = docs.flatMap(({ manual }) => manual?.reference ?? []);
  const confirmed = new Set(
    references.length === 0
      ? []
      : (await store.payments.find({ _id: { $in: references } }, { _id: 1 }).lean()).map(({ _id }) => _id),
  );
  const byPayment = new Map(attendees.map((attendee) => [attendee.payment_id, attendee]));
  const byAttendee = new Map<number, MailDoc[]>();
  for (const mail of mails) byAttendee.set(mail.attendee_id, [...(byAttendee.get(mail.attendee_id) ?? []), mail]);
  const names = new Map(events.map((event) => [event._id, event.name]));
  return (doc) => {
    const attendee = byPayment.get(doc._id) ?? null;
    return {
      eventName: (doc.event_id !== null && names.get(doc.event_id)) || null,
      confirmed: confirmed.has(doc.manual?.reference ?? ''),
      attendee,
      mails: (attendee && byAttendee.get(attendee._id)) ?? [],
    };
  };
}

/** Nobody but an admin is told whether there is a payment of no event, or of another club's. @throws Problem 404 */
export async function refuseUnseen(
  gateway: { store: Store },
  id: string,
  doc: PaymentDoc | null,
  user: Viewer,
): Promise<void> {
  if (await seesEventId(gateway, user, doc?.event_id ?? null)) return;
  throw new Problem(404, { detail: `${id} is not among the payments of your events` });
}

/** @throws Problem 404, also for one of an event that this user may not see */
export async function loadPayment(gateway: { store: Store }, id: string, user: Viewer): Promise<PaymentDoc> {
  const doc = await gateway.store.payments.findById(id).lean<PaymentDoc>();
  await refuseUnseen(gateway, id, doc, user);
  if (doc) return doc;
  throw new Problem(404, {
    detail: `${id} is not here; POST /api/payments/sync {"payment_id": "${id}"} fetches it from Razorpay`,
  });
}

export async function presentOne(store: Store, doc: PaymentDoc): Promise<{ answer: PaymentAnswer; mails: MailDoc[] }> {
  const around = (await surroundings(store, [doc]))(doc);
  return { answer: presentPayment(doc, around), mails: around.mails };
}

const PAID_AT = 'payment.value.created_at';
/** By when they were paid. */
export const NEWEST_FIRST: Order = { ids: 'text', field: PAID_AT, direction: -1 };
export const OLDEST_FIRST: Order = { ids: 'text', field: PAID_AT, direction: 1 };

/** One page of the payments that `filter` finds. */
export async function listPayments(
  store: Store,
  filter: Record<string, unknown>,
  order: Order,
  { query, asked }: { query: { limit: number; cursor?: string | undefined }; asked: Call['asked'] },
): Promise<{ status: 200; body: PaymentAnswer[]; headers: Record<string, string> }> {
  const found = await store.payments
    .find({ $and: [filter, after(decodeCursor(query.cursor, order), order)] })
    .sort(sortOf(order))
    .limit(query.limit + 1)
    .lean<PaymentDoc[]>();
  const { rows, headers } = page(
    found,
    query.limit,
    (doc) => ({ key: doc.payment?.value.created_at ?? null, id: doc._id }),
    asked,
  );
  const around = rows.length === 0 ? undefined : await surroundings(store, rows);
  return { status: 200, body: around ? rows.map((doc) => presentPayment(doc, around(doc))) : [], headers };
}
