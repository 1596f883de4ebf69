import { z } from 'zod';
import { pageOfEvents } from '../../events/list.ts';
import { eventAnswer, eventExample } from '../../events/schema.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

export const listOwnClubEvents = route({
  id: 'listOwnClubEvents',
  method: 'GET',
  path: '/api/club/events',
  tag: 'clubs',
  summary: 'The events of my club',
  description: 'An admin’s are all.',
  access: ['admin', 'organizer'],
  query: z.strictObject(paged.byNumber),
  answers: { 200: { description: 'By id.', schema: z.array(eventAnswer), example: [eventExample], headers: LINK } },
  handle: (call) => pageOfEvents(call.gateway.store, call.user, {}, call),
});
