import { z } from 'zod';
import { EVENT_STATUSES, type EventDoc } from '../../../../shared/store/documents.ts';
import { eventScope } from '../../auth/scope.ts';
import { presentEvents } from '../../events/present.ts';
import { eventAnswer, eventExample } from '../../events/schema.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

const ORDER: Order = { ids: 'number', direction: 1 };

export const listEvents = route({
  id: 'listEvents',
  method: 'GET',
  path: '/api/events',
  tag: 'events',
  summary: 'The events that are yours to see',
  description: 'An admin’s are all, an organizer’s those of the own club, a staff member’s those they work at.',
  access: 'any',
  query: z.strictObject({ status: z.enum(EVENT_STATUSES).optional(), ...paged.byNumber }),
  answers: { 200: { description: 'By id.', schema: z.array(eventAnswer), example: [eventExample], headers: LINK } },
  async handle({ query: { status, limit, cursor }, user, gateway: { store }, asked }) {
    const found = await store.events
      .find({ $and: [eventScope(user), { ...(status && { status }), ...after(decodeCursor(cursor, ORDER), ORDER) }] })
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<EventDoc[]>();
    const { rows, headers } = page(found, limit, (event) => ({ key: null, id: event._id }), asked);
    return { status: 200, body: await presentEvents(store, rows), headers };
  },
});
