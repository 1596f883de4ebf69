import { z } from 'zod';
import { countGates } from '../../checkin/gates.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const gateCount = z
  .strictObject({
    gate: z.string().nullable().describe('Null: the scanner named none.'),
    checked_in: z.int(),
    last_checkin_at: z.iso.datetime(),
  })
  .meta({ id: 'GateCount' });

export const listGates = route({
  id: 'listGates',
  method: 'GET',
  path: '/api/events/{id}/gates',
  tag: 'check-in',
  summary: 'How many are in, by gate',
  description: 'A gate is in the list once somebody came in through it. The sum is the event’s.',
  access: 'any',
  params: z.strictObject({ id: smallId('event') }),
  answers: {
    200: {
      description: 'By name.',
      schema: z.array(gateCount),
      example: [{ gate: 'North gate', checked_in: 212, last_checkin_at: '2026-11-21T12:41:09.000Z' }],
    },
  },
  async handle({ params, user, gateway }) {
    await doorEvent(gateway, user, params.id);
    return { status: 200, body: await countGates(gateway.store, params.id) };
  },
});
