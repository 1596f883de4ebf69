import { z } from 'zod';
import { EVENT_STATUSES } from '../../../../shared/store/documents.ts';
import { pageOfEvents } from '../../events/list.ts';
import { eventAnswer, eventExample } from '../../events/schema.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

export const listEvents = route({
  id: 'listEvents',
  method: 'GET',
  path: '/api/events',
  tag: 'events',
  summary: 'The events that are yours to see',
  description: 'An admin’s are all, an organizer’s those of the own club, a staff member’s those they work at.',
  access: 'any',
  query: z.strictObject({ status: z.enum(EVENT_STATUSES).optional().describe('With this status.'), ...paged.byNumber }),
  answers: { 200: { description: 'By id.', schema: z.array(eventAnswer), example: [eventExample], headers: LINK } },
  handle({ query: { status, ...query }, user, gateway: { store }, asked }) {
    return pageOfEvents(store, user, status ? { status } : {}, { query, asked });
  },
});
