import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { checkInByHand } from '../../checkin/by-hand.ts';
import { presentCheckin } from '../../checkin/present.ts';
import { checkinAnswer, checkinExample, gateName, nonce } from '../../checkin/schema.ts';
import { tellScan } from '../../checkin/trail.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const checkInByHandRoute = route({
  id: 'checkInByHand',
  method: 'POST',
  path: '/api/attendees/{id}/checkin-manual',
  tag: 'check-in',
  summary: 'Check somebody in without a ticket in sight',
  description: 'By the same rules as a scan. Find them by /api/events/{id}/door.',
  access: 'any',
  params: z.strictObject({ id: smallId('attendee') }),
  body: {
    schema: z.strictObject({ gate: gateName.optional(), nonce: nonce.optional() }),
    optional: true,
    example: { gate: 'North gate' },
  },
  answers: { 200: { description: 'They are in.', schema: checkinAnswer, example: checkinExample } },
  problems: { 400: 'Cannot be let in; `reason` says why, as a scan would: in already, refunded, doors closed.' },
  async handle(call) {
    const { params, body, user, gateway } = call;
    const given = { gate: body.gate ?? null, nonce: body.nonce ?? null };
    const result = await checkInByHand(gateway, { attendeeId: params.id, ...given, user });
    await tellScan(result, given, call);
    const answer = presentCheckin(result);
    if (result.reason === 'ok') return { status: 200, body: answer };
    const { checked_in_at, checked_in_by } = answer;
    throw new Problem(400, {
      detail: answer.message,
      reason: answer.reason,
      checked_in_at,
      checked_in_by,
      gate: answer.gate,
    });
  },
});
