import { z } from 'zod';
import { ticketStatus } from '../../checkin/check-in.ts';
import { presentCheckin } from '../../checkin/present.ts';
import { checkinAnswer, checkinExample, ticketBody, ticketExample } from '../../checkin/schema.ts';
import { route } from '../../http/route.ts';

export const ticketStatusRoute = route({
  id: 'ticketStatus',
  method: 'POST',
  path: '/api/checkin/status',
  tag: 'check-in',
  summary: 'Where a ticket stands',
  description:
    'Whatever the doors do: `success` says that the ticket is good, used or not; `reason` is already_checked_in where it was used. Nothing changes.',
  access: 'any',
  body: { schema: z.strictObject(ticketBody), example: ticketExample },
  answers: {
    200: {
      description: 'A good ticket (`success`), or why not.',
      schema: checkinAnswer,
      example: {
        ...checkinExample,
        message: 'Already in: 21 Nov, 18:11, at North gate, by gate1',
        reason: 'already_checked_in',
      },
    },
  },
  async handle({ body, user, gateway }) {
    const result = await ticketStatus(gateway, { token: body.qr_token, eventId: body.event_id, user });
    const good = result.reason === 'ok' || result.reason === 'already_checked_in';
    return { status: 200, body: presentCheckin(result, good) };
  },
});
