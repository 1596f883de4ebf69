import { z } from 'zod';
import { findPeople } from '../../checkin/find-person.ts';
import { presentGateAttendee } from '../../checkin/present.ts';
import { inWords, standing } from '../../checkin/reasons.ts';
import { checkinAnswer, gateAttendee, gateAttendeeExample } from '../../checkin/schema.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { route } from '../../http/route.ts';
import { someText } from '../../http/texts.ts';
import { smallId } from '../ids.ts';

const found = gateAttendee
  .extend({
    reason: checkinAnswer.shape.reason.describe('What a check-in by hand says of the ticket; ok: it can be made.'),
    message: z.string(),
    ticket_id: z.string().describe('What /api/checkin/upload takes, should the network go now.'),
  })
  .meta({ id: 'FoundAtDoor' });

export const searchAtDoor = route({
  id: 'searchAtDoor',
  method: 'GET',
  path: '/api/events/{id}/door',
  tag: 'check-in',
  summary: 'Find somebody at the door by name or roll number',
  description: 'Every word must be part of the name or roll number. At most 20, those who can come in first.',
  access: 'any',
  params: z.strictObject({ id: smallId('event') }),
  query: z.strictObject({ q: someText(100).describe('Name or roll number, or parts of both.') }),
  answers: {
    200: {
      description: 'With no more personal data than a door needs.',
      schema: z.array(found),
      example: [
        {
          ...gateAttendeeExample,
          checked_in: false,
          checkin_time: null,
          reason: 'ok',
          message: 'Welcome, Asha Rao',
          ticket_id: 'h4tYt1Rz0v2cJm8sQ5bXnA',
        },
      ],
    },
  },
  async handle({ params, query, user, gateway }) {
    const event = await doorEvent(gateway, user, params.id);
    const people = await findPeople(gateway.store, params.id, query.q);
    const body = people.map((attendee) => {
      const reason = standing(attendee);
      return {
        ...presentGateAttendee(attendee),
        reason,
        message: inWords(reason, { attendee, event }),
        ticket_id: attendee.ticket.id,
      };
    });
    return { status: 200, body };
  },
});
