import { z } from 'zod';
import { visibleEvent } from '../../auth/scope.ts';
import { staffExample, staffMember } from '../../events/schema.ts';
import { setStaff, staffOf } from '../../events/staff.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const params = z.strictObject({ id: smallId('event') });
const answers = {
  200: { description: 'Who works at its door, by id.', schema: z.array(staffMember), example: [staffExample] },
};

export const listEventStaff = route({
  id: 'listEventStaff',
  method: 'GET',
  path: '/api/events/{id}/staff',
  tag: 'events',
  summary: 'Who works at an event’s door',
  access: ['admin', 'organizer'],
  params,
  answers,
  async handle({ params: { id }, user, gateway }) {
    return { status: 200, body: await staffOf(gateway.store, await visibleEvent(gateway, user, id)) };
  },
});

export const changeEventStaff = route({
  id: 'changeEventStaff',
  method: 'PUT',
  path: '/api/events/{id}/staff',
  tag: 'events',
  summary: 'Say who works at an event’s door',
  description:
    'The ids of all of them. Each has the role staff, and sees the event from now on; an organizer gives it to people of the own club.',
  access: ['admin', 'organizer'],
  params,
  body: { schema: z.array(z.int().positive()).max(1_000), example: [3] },
  answers,
  problems: { 422: 'Somebody is not there, is not of the role staff, or not of your club.' },
  async handle(call) {
    const event = await setStaff(call.params.id, call.body, call);
    return { status: 200, body: await staffOf(call.gateway.store, event) };
  },
});
