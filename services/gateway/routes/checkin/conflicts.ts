import { z } from 'zod';
import type { AttendeeDoc, ConflictDoc } from '../../../../shared/store/documents.ts';
import { presentEntry } from '../../checkin/present.ts';
import type { CheckinReason } from '../../checkin/reasons.ts';
import { checkinAnswer, entryAnswer } from '../../checkin/schema.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const ORDER: Order = { ids: 'text', field: 'uploaded_at', direction: -1, date: true };

const conflictAnswer = z
  .strictObject({
    id: z.string(),
    reason: checkinAnswer.shape.reason.describe('Why the store would not have let them in.'),
    attendee_id: z.int().nullable(),
    name: z.string().nullable(),
    roll_number: z.string().nullable(),
    scanned_at: z.iso.datetime().describe('When that door let them in.'),
    gate: z.string().nullable(),
    device: z.string().nullable(),
    by: z.string().describe('Who told of it.'),
    recorded_by: z.string().nullable().describe('Who let them in, as that door says; null: the same.'),
    first: entryAnswer.nullable(),
    uploaded_at: z.iso.datetime(),
  })
  .meta({ id: 'CheckinConflict' });

export type ConflictAnswer = z.input<typeof conflictAnswer>;

const present = (conflict: ConflictDoc, attendee: AttendeeDoc | undefined): ConflictAnswer => ({
  id: conflict._id,
  reason: conflict.reason as CheckinReason,
  attendee_id: conflict.attendee_id ?? null,
  name: attendee?.details?.name ?? null,
  roll_number: attendee?.details?.roll_number ?? null,
  scanned_at: conflict.scanned_at.toISOString(),
  gate: conflict.gate ?? null,
  device: conflict.device ?? null,
  by: conflict.by,
  recorded_by: conflict.recorded_by ?? null,
  first: presentEntry(conflict.first ?? null),
  uploaded_at: conflict.uploaded_at.toISOString(),
});

export const listConflicts = route({
  id: 'listConflicts',
  method: 'GET',
  path: '/api/events/{id}/conflicts',
  tag: 'check-in',
  summary: 'Whom doors without network let in, while the store says otherwise',
  access: 'any',
  params: z.strictObject({ id: smallId('event') }),
  query: z.strictObject(paged.byText),
  answers: {
    200: {
      description: 'The latest upload first.',
      schema: z.array(conflictAnswer),
      headers: LINK,
      example: [
        {
          id: '1:gate1:0b7c9a4e5f',
          reason: 'already_checked_in',
          attendee_id: 1,
          name: 'Asha Rao',
          roll_number: '21CS042',
          scanned_at: '2026-11-21T12:41:09.000Z',
          gate: 'North gate',
          device: 'phone 3',
          by: 'gate1',
          recorded_by: null,
          first: { at: '2026-11-21T12:39:40.000Z', gate: 'South gate', by: 'gate2' },
          uploaded_at: '2026-11-21T12:55:00.000Z',
        },
      ],
    },
  },
  async handle({ params, query: { limit, cursor }, user, gateway, asked }) {
    await doorEvent(gateway, user, params.id);
    const { store } = gateway;
    const found = await store.conflicts
      .find({ $and: [{ event_id: params.id }, after(decodeCursor(cursor, ORDER), ORDER)] })
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<ConflictDoc[]>();
    const { rows, headers } = page(found, limit, (one) => ({ key: one.uploaded_at.getTime(), id: one._id }), asked);
    const ids = rows.flatMap(({ attendee_id }) => (attendee_id == null ? [] : [attendee_id]));
    const people = await store.attendees.find({ _id: { $in: ids } }, { event_id: 1, details: 1 }).lean<AttendeeDoc[]>();
    // Who was moved to another event since is that one's.
    const here = people.filter(({ event_id }) => event_id === params.id);
    const byId = new Map(here.map((person) => [person._id, person]));
    return { status: 200, body: rows.map((one) => present(one, byId.get(one.attendee_id ?? -1))), headers };
  },
});
