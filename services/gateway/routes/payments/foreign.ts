import { z } from 'zod';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { foreignExample } from '../../payments/example.ts';
import { listPayments, NEWEST_FIRST } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';

export const listForeign = route({
  id: 'listForeignPayments',
  method: 'GET',
  path: '/api/payments/foreign',
  tag: 'payments',
  summary: 'Payments that are not ours',
  description:
    'Kept without personal data: of the notes only the keys. PUT /api/payments/{payment_id} {"ours": true} says that one is ours.',
  access: ['admin'],
  query: z.strictObject(paged.byText),
  answers: {
    200: { description: 'Newest first.', schema: z.array(paymentAnswer), example: [foreignExample], headers: LINK },
  },
  handle: ({ query, gateway: { store }, asked }) =>
    listPayments(store, { 'outcome.kind': 'foreign', 'outcome.reason': null }, NEWEST_FIRST, { query, asked }),
});
