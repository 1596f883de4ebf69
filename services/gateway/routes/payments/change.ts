import { z } from 'zod';
import { route } from '../../http/route.ts';
import { changePayment } from '../../payments/change.ts';
import { paymentExample } from '../../payments/example.ts';
import { presentOne } from '../../payments/load.ts';
import { paymentChange } from '../../payments/overrides.ts';
import { paymentAnswer } from '../../payments/schema.ts';
import { paymentId } from '../ids.ts';

export const changePaymentRoute = route({
  id: 'changePayment',
  method: 'PUT',
  path: '/api/payments/{payment_id}',
  tag: 'payments',
  summary: 'Decide about a payment',
  description:
    'Sets its event, the status of one taken by hand, corrects details, says that it is ours, or releases it from its hold. What people decide beats the notes and outlasts every webhook and sweep.',
  access: ['admin', 'organizer'],
  params: z.strictObject({ payment_id: paymentId }),
  body: { schema: paymentChange, example: { event_id: 1, details: { roll_number: '21CS042' } } },
  answers: {
    200: {
      description: 'The payment as it is now; `pending` while its effects are not done yet.',
      schema: paymentAnswer,
      example: paymentExample,
    },
  },
  problems: {
    403: 'Not for this role, or this field is for admins.',
    409: 'It is not held, is for another event than was named, its status is Razorpay’s own or would leave it a ticket without money, its hold cannot be released or is another than was named, or its personal data was erased.',
    422: 'There is no such event, none that from_event_id goes with, or no mail server would take the address.',
  },
  async handle(call) {
    const doc = await changePayment(call.params.payment_id, call.body, call);
    return { status: 200, body: (await presentOne(call.gateway.store, doc)).answer };
  },
});
