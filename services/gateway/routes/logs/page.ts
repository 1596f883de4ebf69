/** A page of the audit trail, newest first. */
import { z } from 'zod';
import type { ActivityDoc } from '../../../../shared/store/documents.ts';
import type { Store } from '../../../../shared/store/index.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../../http/paging.ts';
import type { Call } from '../../http/route.ts';

const ORDER: Order = { ids: 'text', field: 'at', direction: -1, date: true };

export const logEntry = z
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

const present = ({ _id, at, ...rest }: ActivityDoc): z.input<typeof logEntry> => ({
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

export const logExample = {
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
};

export async function pageOfLogs(
  store: Store,
  filter: Record<string, unknown>,
  { query, asked }: { query: { limit: number; cursor?: string | undefined }; asked: Call['asked'] },
): Promise<{ status: 200; body: z.input<typeof logEntry>[]; headers: Record<string, string> }> {
  const found = await store.activities
    .find({ $and: [filter, after(decodeCursor(query.cursor, ORDER), ORDER)] })
    .sort(sortOf(ORDER))
    .limit(query.limit + 1)
    .lean<ActivityDoc[]>();
  const { rows, headers } = page(found, query.limit, (one) => ({ key: one.at.getTime(), id: one._id }), asked);
  return { status: 200, body: rows.map(present), headers };
}
