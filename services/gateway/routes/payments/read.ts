import { z } from 'zod';
import type { ActivityDoc } from '../../../../shared/store/documents.ts';
import { route } from '../../http/route.ts';
import { mailExample, paymentExample } from '../../payments/example.ts';
import { loadPayment, presentOne } from '../../payments/load.ts';
import { presentMail, presentTimeline } from '../../payments/present.ts';
import { paymentWithTimeline } from '../../payments/schema.ts';
import { paymentId } from '../ids.ts';

/** No payment has so long a story; it only keeps an answer bounded. */
const TIMELINE_LIMIT = 1_000;

export const readPayment = route({
  id: 'readPayment',
  method: 'GET',
  path: '/api/payments/{payment_id}',
  tag: 'payments',
  summary: 'One payment with its timeline',
  access: ['admin', 'organizer'],
  params: z.strictObject({ payment_id: paymentId }),
  answers: {
    200: {
      description: 'The payment, its mails and what happened to it, oldest first.',
      schema: paymentWithTimeline,
      example: {
        ...paymentExample,
        mails: [mailExample],
        timeline: [
          {
            at: '2026-11-18T11:06:42.000Z',
            action: 'payment.created',
            actor: 'ticketing',
            subject: `payment:${paymentExample.id}`,
            correlation_id: 'TUx4nK29sWtQ2b',
            facts: { status: 'captured' },
          },
        ],
      },
    },
  },
  async handle({ params: { payment_id }, user, gateway }) {
    const { store } = gateway;
    const doc = await loadPayment(gateway, payment_id, user);
    const [{ answer, mails }, timeline] = await Promise.all([
      presentOne(store, doc),
      store.activities.find({ payment_id }).sort({ at: 1, _id: 1 }).limit(TIMELINE_LIMIT).lean<ActivityDoc[]>(),
    ]);
    return {
      status: 200,
      body: { ...answer, mails: mails.map(presentMail), timeline: presentTimeline(timeline) },
    };
  },
});
