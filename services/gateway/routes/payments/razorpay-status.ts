import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { PAYMENT_ID } from '../../../../shared/razorpay/ids.ts';
import type { PaymentDoc } from '../../../../shared/store/documents.ts';
import { askService } from '../../ask-service.ts';
import { route } from '../../http/route.ts';
import { differences } from '../../payments/differences.ts';
import { paymentExample, razorpayExample } from '../../payments/example.ts';
import { presentOne, refuseUnseen } from '../../payments/load.ts';
import { presentRazorpay } from '../../payments/present.ts';
import { paymentAnswer, razorpayPayment } from '../../payments/schema.ts';

/** Ingest gives a call to Razorpay up to 10 s. */
const PATIENCE_MS = 15_000;

const answer = z
  .strictObject({
    payment_id: z.string(),
    razorpay: razorpayPayment,
    ours: paymentAnswer.nullable().describe('Null: not here (yet).'),
    in_sync: z.boolean(),
    differences: z.array(z.string()).describe('The fields that differ.'),
  })
  .meta({ id: 'RazorpayStatus' });

export const razorpayStatus = route({
  id: 'razorpayStatus',
  method: 'GET',
  path: '/api/payments/razorpay-status',
  tag: 'payments',
  summary: 'A payment live from Razorpay, beside ours',
  access: ['admin', 'organizer'],
  query: z.strictObject({
    payment_id: z
      .string()
      .regex(PAYMENT_ID, 'must be pay_ with 14 letters or digits')
      .meta({ description: 'The payment’s id.', examples: [razorpayExample.id] }),
  }),
  answers: {
    200: {
      description: 'Both sides.',
      schema: answer,
      example: {
        payment_id: razorpayExample.id,
        razorpay: razorpayExample,
        ours: paymentExample,
        in_sync: true,
        differences: [],
      },
    },
  },
  problems: {
    404: 'Razorpay does not know this payment; `ours` says whether it is here.',
    502: 'Razorpay failed.',
    503: 'The bus or the service that talks to Razorpay is away.',
  },
  async handle({ query: { payment_id }, user, gateway, correlationId }) {
    const { store, bus } = gateway;
    const doc = await store.payments.findById(payment_id).lean<PaymentDoc>();
    await refuseUnseen(gateway, payment_id, doc, user);
    const { payment: live } = await askService(
      bus,
      'ingest.payment-status',
      { payment_id },
      { timeoutMs: PATIENCE_MS, correlationId },
    ).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      const detail = doc ? `${payment_id} is here, but Razorpay does not know it` : `nobody knows ${payment_id}`;
      throw new Problem(404, { detail, ours: doc !== null }, { cause: error });
    });
    const differing = doc?.payment ? differences(doc.payment, live) : [];
    return {
      status: 200,
      body: {
        payment_id,
        razorpay: presentRazorpay(live),
        ours: doc && (await presentOne(store, doc)).answer,
        in_sync: doc?.payment !== undefined && differing.length === 0,
        differences: differing,
      },
    };
  },
});
