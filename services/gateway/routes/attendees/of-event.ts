/** An event's attendees: the list, adding one by hand, the dashboard. */
import { z } from 'zod';
import { MAIL_STATES } from '../../../../shared/store/documents.ts';
import { addAttendee } from '../../attendees/change.ts';
import { dashboard, dashboardAnswer, groupsOf } from '../../attendees/dashboard.ts';
import { listAttendees, presentOneAttendee } from '../../attendees/load.ts';
import { attendeeAnswer, attendeeExample, newAttendeeBody, newAttendeeExample } from '../../attendees/schema.ts';
import { visibleEvent } from '../../auth/scope.ts';
import { eventExample } from '../../events/schema.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { line } from '../../http/texts.ts';
import { smallId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: smallId('event') });
const yesNo = z
  .enum(['true', 'false'])
  .transform((said) => said === 'true')
  .optional();
const group = line(256).optional();

export const listAttendeesRoute = route({
  id: 'listAttendees',
  method: 'GET',
  path: '/api/events/{id}/attendees',
  tag: 'attendees',
  summary: 'An event’s attendees',
  access: ROLES,
  params,
  query: z.strictObject({
    search: line(200)
      .optional()
      .describe('Each word is part of the name, roll number or address, or the end of the phone number.'),
    checked_in: yesNo.describe('Whether they are in.'),
    live: yesNo.describe('false: those whose ticket was taken away.'),
    email_state: z.enum(MAIL_STATES).optional().describe('Of the mail with the ticket.'),
    branch: group.describe('In this branch, as it is written.'),
    year: group.describe('In this year, as it is written.'),
    section: group.describe('In this section, as it is written.'),
    ...paged.byNumber,
  }),
  answers: {
    200: { description: 'By id.', schema: z.array(attendeeAnswer), example: [attendeeExample], headers: LINK },
  },
  async handle({ params: { id }, query, user, gateway, asked }) {
    await visibleEvent(gateway, user, id);
    return { status: 200, ...(await listAttendees(gateway.store, id, query, asked)) };
  },
});

export const addAttendeeRoute = route({
  id: 'addAttendee',
  method: 'POST',
  path: '/api/events/{id}/attendees',
  tag: 'attendees',
  summary: 'Add an attendee by hand',
  description:
    'Without a payment: with a seat, a signed ticket and a mail like everybody’s. With an `Idempotency-Key` it can be sent again where no answer came: the same key with the same body makes nobody twice, and is answered with the attendee that was made.',
  access: ROLES,
  params,
  headers: z.object({
    'idempotency-key': z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('Something random, new for each attendee. It counts for you, this event and this body alone.'),
  }),
  body: { schema: newAttendeeBody, example: newAttendeeExample },
  answers: { 200: { description: 'The attendee.', schema: attendeeAnswer, example: attendeeExample } },
  problems: {
    409: 'The event is full or cancelled, or the roll number has a ticket already (`attendee_id`).',
    422: 'A name that says nothing, or no address.',
    503: 'The bus or ticketing is away; nobody was added, or the answer was lost: look before trying again, or send the same `Idempotency-Key`.',
  },
  async handle(call) {
    const attendee = await addAttendee(call, call.params.id, call.body, call.headers['idempotency-key']);
    return { status: 200, body: await presentOneAttendee(call.gateway.store, attendee) };
  },
});

export const dashboardRoute = route({
  id: 'readDashboard',
  method: 'GET',
  path: '/api/events/{id}/dashboard',
  tag: 'attendees',
  summary: 'An event at a glance',
  description: 'Counts, and everybody with a valid ticket by branch, year and section.',
  access: ROLES,
  params,
  answers: {
    200: {
      description: 'As it is now.',
      schema: dashboardAnswer,
      example: {
        event: { ...eventExample, total_attendees: 1 },
        stats: {
          total_attendees: 1,
          checked_in: 0,
          not_checked_in: 1,
          qr_generated: 1,
          qr_pending: 0,
          email_sent: 1,
          email_failed: 0,
        },
        groups: groupsOf([attendeeExample]),
      },
    },
  },
  async handle({ params: { id }, user, gateway }) {
    const event = await visibleEvent(gateway, user, id);
    return { status: 200, body: await dashboard(gateway.store, event) };
  },
});
