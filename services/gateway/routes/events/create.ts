import { presentEvent } from '../../events/present.ts';
import { afterSaving, createEvent } from '../../events/save.ts';
import { eventAnswer, eventExample, newEventBody, newEventExample } from '../../events/schema.ts';
import { route } from '../../http/route.ts';

export const createEventRoute = route({
  id: 'createEvent',
  method: 'POST',
  path: '/api/events',
  tag: 'events',
  summary: 'Make an event',
  description: 'Only name and date are needed. An organizer’s event is the own club’s.',
  access: ['admin', 'organizer'],
  body: { schema: newEventBody, example: newEventExample },
  answers: { 200: { description: 'The event.', schema: eventAnswer, example: eventExample } },
  problems: {
    403: 'Not for this role, or not your club.',
    409: 'Slug or QR code is taken by another event.',
    422: 'Times that do not go together, or no such timezone.',
  },
  async handle(call) {
    const { body, user, gateway } = call;
    const event = await createEvent(gateway.store, body, user);
    await afterSaving('event.created', event, Object.keys(body), call);
    return { status: 200, body: await presentEvent(gateway.store, event) };
  },
});
