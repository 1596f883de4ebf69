import { z } from 'zod';
import { checkIn } from '../../checkin/check-in.ts';
import { presentCheckin } from '../../checkin/present.ts';
import { checkinAnswer, checkinExample, gateName, nonce, ticketBody, ticketExample } from '../../checkin/schema.ts';
import { tellScan } from '../../checkin/trail.ts';
import { route } from '../../http/route.ts';

export const scan = route({
  id: 'scanTicket',
  method: 'POST',
  path: '/api/checkin/scan',
  tag: 'check-in',
  summary: 'Check a ticket in',
  description:
    'One atomic step: of any number of scans of one ticket at once exactly one succeeds. A refused ticket is answered 200 too, with its reason; one that is in already with when, where and by whom.',
  access: 'any',
  body: {
    schema: z.strictObject({ ...ticketBody, gate: gateName.optional(), nonce: nonce.optional() }),
    example: { ...ticketExample, gate: 'North gate' },
  },
  answers: {
    200: { description: 'Let in (`success`), or not and why.', schema: checkinAnswer, example: checkinExample },
  },
  async handle(call) {
    const { body, user, gateway } = call;
    const given = { gate: body.gate ?? null, nonce: body.nonce ?? null };
    const result = await checkIn(gateway, { token: body.qr_token, eventId: body.event_id, ...given, user });
    await tellScan(result, given, call);
    return { status: 200, body: presentCheckin(result) };
  },
});
