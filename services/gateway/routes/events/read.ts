import { z } from 'zod';
import { visibleEvent } from '../../auth/scope.ts';
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
  async handle({ params: { id }, user, gateway }) {
    const event = await visibleEvent(gateway, user, id);
    return { status: 200, body: await presentEvent(gateway.store, event) };
  },
});
