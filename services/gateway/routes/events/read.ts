import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import type { EventDoc } from '../../../../shared/store/documents.ts';
import { presentEvent } from '../../events/present.ts';
import { eventAnswer, eventExample } from '../../events/schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const readEvent = route({
  id: 'readEvent',
  method: 'GET',
  path: '/api/events/{id}',
  tag: 'events',
  summary: 'One event',
  access: 'any',
  params: z.strictObject({ id: smallId('event') }),
  answers: { 200: { description: 'The event.', schema: eventAnswer, example: eventExample } },
  async handle({ params: { id }, gateway: { store } }) {
    const event = await store.events.findById(id).lean<EventDoc>();
    if (!event) throw new Problem(404, { detail: `there is no event ${id}` });
    return { status: 200, body: await presentEvent(store, event) };
  },
});
