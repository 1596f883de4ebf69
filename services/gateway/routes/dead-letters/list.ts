import { z } from 'zod';
import { PAYMENT_ID } from '../../../../shared/razorpay/ids.ts';
import { DEAD_LETTER_STATES, type DeadLetterDoc } from '../../../../shared/store/documents.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { deadLetterAnswer, deadLetterExample, presentDeadLetter, SHOWN } from './schema.ts';

const ORDER: Order = { ids: 'text', field: 'last_at', direction: -1, date: true };

export const listDeadLetters = route({
  id: 'listDeadLetters',
  method: 'GET',
  path: '/api/admin/dead-letters',
  tag: 'dead letters',
  summary: 'Messages that could not be handled',
  access: ['admin'],
  query: z.strictObject({
    state: z.enum(DEAD_LETTER_STATES).optional().describe('In this state.'),
    payment_id: z
      .string()
      .regex(PAYMENT_ID, 'must be pay_ with 14 letters or digits')
      .optional()
      .describe('Of this payment.'),
    ...paged.byText,
  }),
  answers: {
    200: {
      description: 'Last failed first.',
      schema: z.array(deadLetterAnswer),
      example: [deadLetterExample],
      headers: LINK,
    },
  },
  async handle({ query: { limit, cursor, state, payment_id }, gateway: { store }, asked }) {
    const found = await store.deadLetters
      .find(
        {
          ...(state !== undefined && { state }),
          ...(payment_id !== undefined && { payment_id }),
          ...after(decodeCursor(cursor, ORDER), ORDER),
        },
        SHOWN,
      )
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<DeadLetterDoc[]>();
    const { rows, headers } = page(found, limit, (one) => ({ key: one.last_at.getTime(), id: one._id }), asked);
    return { status: 200, body: rows.map(presentDeadLetter), headers };
  },
});
