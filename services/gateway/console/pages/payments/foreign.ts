/** Payments that are not ours, kept without personal data: enough to recognise one that is. */
import { z } from 'zod';
import type { PaymentAnswer } from '../../../payments/present.ts';
import { listForeign } from '../../../routes/payments/foreign.ts';
import { page } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';
import { razorpayLink } from './razorpay-link.ts';

const ROWS = '50';

export const foreignPage = page({
  path: '/not-ours',
  access: ['admin'],
  title: 'Not ours',
  view: 'payments/foreign',
  nav: { label: 'Not ours', icon: 'foreign', group: 'work', order: 3 },
  query: z.strictObject({ cursor: z.string().max(500).optional() }),
  async handle(call) {
    const { body, next } = await answerOf<PaymentAnswer[]>(listForeign, call, {
      query: { ...call.query, limit: ROWS },
    });
    return {
      next,
      payments: body.map((payment) => ({
        ...payment,
        keys: Object.keys(payment.notes ?? {}),
        razorpay: razorpayLink(payment),
      })),
    };
  },
});
