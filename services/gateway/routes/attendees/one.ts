/** One attendee: read, corrected, removed. */
import { z } from 'zod';
import { changeAttendee, removeAttendee } from '../../attendees/change.ts';
import { loadAttendee, presentOneAttendee } from '../../attendees/load.ts';
import { attendeeAnswer, attendeeExample, changedAttendeeBody } from '../../attendees/schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: smallId('attendee') });
const answers = {
  200: { description: 'The attendee as it is now.', schema: attendeeAnswer, example: attendeeExample },
} as const;

export const readAttendee = route({
  id: 'readAttendee',
  method: 'GET',
  path: '/api/attendees/{id}',
  tag: 'attendees',
  summary: 'One attendee',
  access: ROLES,
  params,
  answers,
  async handle({ params: { id }, user, gateway }) {
    const attendee = await loadAttendee(gateway, user, id);
    return { status: 200, body: await presentOneAttendee(gateway.store, attendee) };
  },
});

export const changeAttendeeRoute = route({
  id: 'changeAttendee',
  method: 'PUT',
  path: '/api/attendees/{id}',
  tag: 'attendees',
  summary: 'Correct an attendee',
  description:
    'Any subset of fields; null clears one, or lets the payment’s notes count again. A new address gets the ticket at once, or the cancellation of one that is over, where that reached nobody.',
  access: ROLES,
  params,
  body: { schema: changedAttendeeBody, example: { email: 'asha.rao@example.edu', section: 'A' } },
  answers,
  problems: {
    409: 'The ticket was taken away and no mail about it is waiting, or the roll number is another attendee’s.',
    422: 'A name that says nothing, or no address.',
    503: 'The bus or ticketing is away.',
  },
  async handle(call) {
    const attendee = await changeAttendee(call, call.params.id, call.body);
    return { status: 200, body: await presentOneAttendee(call.gateway.store, attendee) };
  },
});

export const removeAttendeeRoute = route({
  id: 'removeAttendee',
  method: 'DELETE',
  path: '/api/attendees/{id}',
  tag: 'attendees',
  summary: 'Take an attendee’s ticket away',
  description:
    'For good: the QR is refused at the door, the seat is free, and whoever got the ticket gets a cancellation; after a refund, too, which may fail later. Erases nothing and refunds nothing.',
  access: ROLES,
  params,
  answers,
  problems: { 503: 'The bus or ticketing is away; the ticket is as it was, or it is void: look again.' },
  async handle(call) {
    const attendee = await removeAttendee(call, call.params.id);
    return { status: 200, body: await presentOneAttendee(call.gateway.store, attendee) };
  },
});
