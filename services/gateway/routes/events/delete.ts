import { z } from 'zod';
import { deleteEvent } from '../../events/delete.ts';
import { message } from '../../http/message.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const deleteEventRoute = route({
  id: 'deleteEvent',
  method: 'DELETE',
  path: '/api/events/{id}',
  tag: 'events',
  summary: 'Delete an event that nothing happened to yet',
  description:
    'An event with payments or attendees is never deleted: cancel it, PUT {"status": "cancelled"}. Then its tickets are refused at the door and what is still paid is held.',
  access: ['admin', 'organizer'],
  params: z.strictObject({ id: smallId('event') }),
  answers: {
    200: {
      description: 'It is gone.',
      schema: message,
      example: { message: 'event 7 is deleted' },
    },
  },
  problems: { 409: 'It has payments or attendees; `payments` and `attendees` say how many.' },
  async handle(call) {
    const { id } = call.params;
    await deleteEvent(id, call);
    return { status: 200, body: { message: `event ${id} is deleted` } };
  },
});
