import { z } from 'zod';
import { ACTIONS } from '../../../../shared/audit/index.ts';
import type { ActivityDoc } from '../../../../shared/store/documents.ts';
import { moment } from '../../http/moments.ts';
import { idNumber } from '../../http/numbers.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

const ORDER: Order = { ids: 'text', field: 'at', direction: -1, date: true };

const text = z.string().min(1).max(200).optional();

const entry = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    action: z.string(),
    actor: z.string(),
    subject: z.string(),
    payment_id: z.string().nullable(),
    event_id: z.int().nullable(),
    attendee_id: z.int().nullable(),
    correlation_id: z.string().nullable(),
    facts: z.record(z.string(), z.unknown()).describe('Ids, states, reasons, field names; never values.'),
  })
  .meta({ id: 'LogEntry' });

const present = ({ _id, at, ...rest }: ActivityDoc): z.input<typeof entry> => ({
  id: _id,
  at: at.toISOString(),
  action: rest.action,
  actor: rest.actor,
  subject: rest.subject,
  payment_id: rest.payment_id ?? null,
  event_id: rest.event_id ?? null,
  attendee_id: rest.attendee_id ?? null,
  correlation_id: rest.correlation_id ?? null,
  facts: rest.facts ?? {},
});

export const listLogs = route({
  id: 'listLogs',
  method: 'GET',
  path: '/api/admin/logs',
  tag: 'audit',
  summary: 'The audit trail',
  access: ['admin'],
  query: z.strictObject({
    action: z.enum(ACTIONS).optional(),
    subject: text.describe('Exactly: payment:pay_…, event:1, user:2.'),
    actor: text.describe('A username, or gateway, ingest, ticketing.'),
    payment_id: text,
    event_id: idNumber.optional(),
    correlation_id: text.describe('One id from the webhook to the mail.'),
    from: moment.optional(),
    to: moment.optional(),
    ...paged.byText,
  }),
  answers: {
    200: {
      description: 'Newest first.',
      schema: z.array(entry),
      example: [
        {
          id: 'f3b8a0d0-2f57-4f0e-9d5a-0f6f0e6b2a11',
          at: '2026-11-18T11:06:44.000Z',
          action: 'checkin.accepted',
          actor: 'gate1',
          subject: 'attendee:1',
          payment_id: null,
          event_id: 1,
          attendee_id: 1,
          correlation_id: 'TUx4nK29sWtQ2b',
          facts: { reason: 'ok' },
        },
      ],
      headers: LINK,
    },
  },
  async handle({ query: { limit, cursor, from, to, ...equal }, gateway: { store }, asked }) {
    const wanted = Object.entries(equal).filter(([, value]) => value !== undefined);
    const time = { ...(from && { $gte: from }), ...(to && { $lt: to }) };
    const filter = { ...Object.fromEntries(wanted), ...((from || to) && { at: time }) };
    const found = await store.activities
      .find({ $and: [filter, after(decodeCursor(cursor, ORDER), ORDER)] })
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<ActivityDoc[]>();
    const { rows, headers } = page(found, limit, (one) => ({ key: one.at.getTime(), id: one._id }), asked);
    return { status: 200, body: rows.map(present), headers };
  },
});
