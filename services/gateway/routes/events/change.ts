import { z } from 'zod';
import { presentEvent } from '../../events/present.ts';
import { afterSaving, changeEvent } from '../../events/save.ts';
import { changedEventBody, eventAnswer, eventExample } from '../../events/schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const changeEventRoute = route({
  id: 'changeEvent',
  method: 'PUT',
  path: '/api/events/{id}',
  tag: 'events',
  summary: 'Change an event',
  description: 'Any subset of fields; null clears one. Held payments whose reason is gone go on by themselves.',
  access: ['admin', 'organizer'],
  params: z.strictObject({ id: smallId('event') }),
  body: { schema: changedEventBody, example: { capacity: 900 } },
  answers: { 200: { description: 'The event as it is now.', schema: eventAnswer, example: eventExample } },
  problems: {
    403: 'Not for this role, or the club is not for you to set.',
    409: 'Slug or QR code is taken by another event.',
    422: 'Times that do not go together, or no such timezone.',
  },
  async handle(call) {
    const { params, body, user, gateway } = call;
    const { event, fields } = await changeEvent(gateway, params.id, body, user);
    if (fields.length > 0) await afterSaving('event.changed', event, fields, call);
    return { status: 200, body: await presentEvent(gateway.store, event) };
  },
});
