import { z } from 'zod';
import { PAYMENT_ID } from '../../../../shared/razorpay/ids.ts';
import { route } from '../../http/route.ts';
import { askReplay, REPLAY_PROBLEMS } from './schema.ts';

const answer = z
  .strictObject({
    success: z.boolean().describe('None failed again and none remains.'),
    replayed: z.int().describe('Handled by now.'),
    failed: z.int().describe('Failed again; they stay dead letters.'),
    remaining: z.int().describe('Not tried: time ran out. Ask again.'),
    reason: z.string().nullable().describe('Why the last one failed again.'),
  })
  .meta({ id: 'ReplayResult' });

export const replayDeadLetters = route({
  id: 'replayDeadLetters',
  method: 'POST',
  path: '/api/admin/dead-letters/replay',
  tag: 'dead letters',
  summary: 'Handle all dead letters again',
  description: 'Each that is `dead` once, or only those of one payment; begins none after 15 s.',
  access: ['admin'],
  body: {
    schema: z.strictObject({
      payment_id: z.string().regex(PAYMENT_ID, 'must be pay_ with 14 letters or digits').optional(),
    }),
    optional: true,
    example: { payment_id: 'pay_Qx7Yz8Ab9Cd0Ef' },
  },
  answers: {
    200: {
      description: 'How many came to what.',
      schema: answer,
      example: { success: true, replayed: 12, failed: 0, remaining: 0, reason: null },
    },
  },
  problems: REPLAY_PROBLEMS,
  async handle(call) {
    const { payment_id } = call.body;
    const result = await askReplay(call, payment_id === undefined ? {} : { payment_id });
    return { status: 200, body: { success: result.failed === 0 && result.remaining === 0, ...result } };
  },
});
