import { route } from '../../http/route.ts';
import { paymentExample } from '../../payments/example.ts';
import { presentOne } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';
import { newPaymentBody, takePayment } from '../../payments/take.ts';

export const takePaymentRoute = route({
  id: 'takePayment',
  method: 'POST',
  path: '/api/payments',
  tag: 'payments',
  summary: 'Take a payment by hand',
  description:
    'Cash at the desk, a transfer seen in the bank’s app. It is settled as any other: a ticket, or a hold with its reason. No webhook or sweep ever changes it.',
  access: ['admin'],
  body: {
    schema: newPaymentBody,
    example: {
      event_id: 1,
      amount: 29_900,
      customer_name: 'Asha Rao',
      customer_email: 'asha@example.edu',
      customer_phone: '9800000001',
      details: { roll_number: '21CS042' },
    },
  },
  answers: {
    200: {
      description: 'The payment; `pending` while its effects are not done yet.',
      schema: paymentAnswer,
      example: {
        ...paymentExample,
        id: 'man_3f9c2ab41d07e8',
        method: 'by_hand',
        razorpay_payment_id: null,
        manual: { taken_by: 'admin', confirmed: false },
        first_source: 'desk',
      },
    },
  },
  problems: {
    409: 'Razorpay has told of the payment that it refers to, or another one refers to it.',
    422: 'There is no such event, a name that says nothing, or no address.',
  },
  async handle(call) {
    const doc = await takePayment(call.body, call);
    return { status: 200, body: (await presentOne(call.gateway.store, doc)).answer };
  },
});
