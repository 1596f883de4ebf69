import { z } from 'zod';
import { route } from '../../http/route.ts';
import { heldExample } from '../../payments/example.ts';
import { presentOne } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';
import { eraseBody, eraseExample, erasePayment } from '../../privacy/erase.ts';
import { paymentId } from '../ids.ts';

const NOBODY = {
  ...{ email: null, contact: null, rrn: null, description: null, notes: { name: '', roll_number: '' } },
  ...{ customer_name: null, customer_email: null, customer_phone: null, details: null },
  ...{ redacted: true, redacted_at: '2026-11-18T12:00:00.000Z', stripped: true },
};

export const erasePaymentRoute = route({
  id: 'erasePayment',
  method: 'POST',
  path: '/api/payments/{payment_id}/erase',
  tag: 'payments',
  summary: 'Erase a payment’s personal data, for good',
  description:
    'With that of its attendee, its mails and its check-ins. Ids, money, states and times stay; a hold stays too, as the money still waits for a refund. Razorpay keeps its own copy.',
  access: ['admin', 'organizer'],
  params: z.strictObject({ payment_id: paymentId }),
  body: { schema: eraseBody, example: eraseExample },
  answers: {
    200: {
      description: 'The payment as it is now: nobody’s.',
      schema: paymentAnswer,
      example: { ...heldExample, ...NOBODY },
    },
  },
  problems: {
    409: 'There is a ticket, or one may come of it, and it is not given up.',
    503: 'The bus or ticketing is away; look again, it may be half done and is then finished by itself.',
  },
  async handle(call) {
    const doc = await erasePayment(call, call.params.payment_id, call.body);
    return { status: 200, body: (await presentOne(call.gateway.store, doc)).answer };
  },
});
