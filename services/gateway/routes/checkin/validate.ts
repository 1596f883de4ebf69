import { z } from 'zod';
import { validate } from '../../checkin/check-in.ts';
import { presentCheckin } from '../../checkin/present.ts';
import { checkinAnswer, checkinExample, ticketBody, ticketExample } from '../../checkin/schema.ts';
import { route } from '../../http/route.ts';

export const validateTicket = route({
  id: 'validateTicket',
  method: 'POST',
  path: '/api/checkin/validate',
  tag: 'check-in',
  summary: 'Would a scan let this ticket in now?',
  description: 'The answer of a scan, without checking in: nothing changes.',
  access: 'any',
  body: { schema: z.strictObject(ticketBody), example: ticketExample },
  answers: {
    200: { description: 'It would (`success`), or not and why.', schema: checkinAnswer, example: checkinExample },
  },
  async handle({ body, user, gateway }) {
    const result = await validate(gateway, { token: body.qr_token, eventId: body.event_id, user });
    return { status: 200, body: presentCheckin(result) };
  },
});
