/** The outbox as people see it: each mail with whom it is for, never more of them than is needed to know who. */
import { z } from 'zod';
import { type AttendeeDoc, MAIL_KINDS, MAIL_STATES, type MailDoc } from '../../../shared/store/documents.ts';
import { eventIdScope, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../http/paging.ts';
import type { Call } from '../http/route.ts';

const at = z.iso.datetime().nullable();

export const mailAnswer = z
  .strictObject({
    id: z.string(),
    kind: z.enum(MAIL_KINDS),
    state: z.enum(MAIL_STATES),
    event: z.strictObject({ id: z.int(), name: z.string() }),
    attendee: z
      .strictObject({ id: z.int(), name: z.string().nullable(), email: z.string().nullable() })
      .describe('As they are now. Of one who was moved to another event: no name, and the address that it went to.'),
    payment_id: z.string().nullable(),
    attempts: z.int(),
    error: z.string().nullable().describe('Of the last try, without addresses.'),
    due_at: at.describe('When it is tried next, or was tried last.'),
    sent_at: at.describe('When it went out last; it may be owed once more since.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'OutboxMail' });
export type MailAnswer = z.input<typeof mailAnswer>;

export const outboxExample: MailAnswer = {
  id: '1:ticket:1',
  kind: 'ticket',
  state: 'owed',
  event: { id: 1, name: 'Freshers’ Night' },
  attendee: { id: 1, name: 'Asha Rao', email: 'asha@example.edu' },
  payment_id: 'pay_Qx7Yz8Ab9Cd0Ef',
  attempts: 1,
  error: '452 4.2.2 mailbox full',
  due_at: '2026-11-18T11:11:44.000Z',
  sent_at: null,
  created_at: '2026-11-18T11:06:43.000Z',
};

const ORDER: Order = { ids: 'text', field: 'due_at', direction: -1, date: true };

export interface MailQuery {
  limit: number;
  cursor?: string | undefined;
  state?: MailDoc['state'] | undefined;
  event_id?: number | undefined;
  payment_id?: string | undefined;
}

/** One page, the latest to be tried first. */
export async function listMails(
  gateway: Pick<Gateway, 'store'>,
  user: Viewer,
  { limit, cursor, state, event_id, payment_id }: MailQuery,
  asked: Call['asked'],
): Promise<{ body: MailAnswer[]; headers: Record<string, string> }> {
  const { store } = gateway;
  const filter = {
    ...(state !== undefined && { state }),
    ...(event_id !== undefined && { event_id }),
    ...(payment_id !== undefined && { payment_id }),
  };
  const found = await store.mails
    .find({ $and: [await eventIdScope(gateway, user), filter, after(decodeCursor(cursor, ORDER), ORDER)] })
    .sort(sortOf(ORDER))
    .limit(limit + 1)
    .lean<MailDoc[]>();
  const { rows, headers } = page(found, limit, (mail) => ({ key: mail.due_at.getTime(), id: mail._id }), asked);
  if (rows.length === 0) return { body: [], headers };
  const [attendees, events] = await Promise.all([
    store.attendees
      .find({ _id: { $in: rows.map((mail) => mail.attendee_id) } }, { event_id: 1, 'details.name': 1, email: 1 })
      .lean<AttendeeDoc[]>(),
    store.events.find({ _id: { $in: [...new Set(rows.map((mail) => mail.event_id))] } }, { name: 1 }).lean(),
  ]);
  const people = new Map(attendees.map((one) => [one._id, one]));
  const names = new Map(events.map((one) => [one._id, one.name]));
  const body = rows.map((mail): MailAnswer => {
    const person = people.get(mail.attendee_id);
    // Who was moved to another event is that one's: whoever sees this one knows the address that it went to.
    const here = person?.event_id === mail.event_id;
    return {
      id: mail._id,
      kind: mail.kind,
      state: mail.state,
      event: { id: mail.event_id, name: names.get(mail.event_id) ?? `event ${mail.event_id}` },
      attendee: {
        id: mail.attendee_id,
        name: (here && person.details?.name) || null,
        email: (here ? person.email : mail.to) ?? null,
      },
      payment_id: mail.payment_id ?? null,
      attempts: mail.attempts,
      error: mail.error?.text ?? null,
      due_at: mail.due_at?.toISOString() ?? null,
      sent_at: mail.sent_at?.toISOString() ?? null,
      created_at: mail.created_at.toISOString(),
    };
  });
  return { body, headers };
}
