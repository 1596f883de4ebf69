import { record } from '../../../../shared/audit/index.ts';
import { Problem } from '../../../../shared/http/problem.ts';
import { askService } from '../../ask-service.ts';
import { route } from '../../http/route.ts';
import { syncAnswer, syncBody, syncExample, syncReply, syncWindow } from '../../payments/sync.ts';

/** Ingest answers by then with what it knows; after that the sweep goes on and is answered 202. */
const WAIT_MS = 25_000;
const PATIENCE_MS = WAIT_MS + 3_000;

export const syncPayments = route({
  id: 'syncPayments',
  method: 'POST',
  path: '/api/payments/sync',
  tag: 'payments',
  summary: 'Fetch payments from Razorpay now',
  description:
    'Runs a sweep: the last day without a body, the creation times between from and to, or one payment. Answers once what it found is settled, or after 25 s.',
  access: ['admin'],
  body: { schema: syncBody, optional: true, example: { payment_id: 'pay_Qx7Yz8Ab9Cd0Ef' } },
  answers: {
    200: { description: 'Complete.', schema: syncAnswer, example: syncExample },
    202: {
      description: 'Still running.',
      schema: syncAnswer,
      example: { ...syncExample, success: false, state: 'running', complete: false },
      headers: { Location: 'Where to look: /api/sweeps/{id}.' },
    },
  },
  problems: {
    404: 'Razorpay does not know this payment.',
    422: 'A window that is none, or not of Razorpay’s time.',
    502: 'The sweep failed; `success` is false and `error` says why.',
    503: 'The bus or the service that talks to Razorpay is away.',
  },
  async handle({ body, user, gateway: { store, bus }, correlationId }) {
    const { payment_id } = body;
    const window = syncWindow(body);
    const of = payment_id === undefined ? {} : { payment_id };
    const answer = await askService(
      bus,
      'ingest.sync',
      { ...window, ...of, requested_by: user.username, wait_ms: WAIT_MS },
      { timeoutMs: PATIENCE_MS, correlationId, facts: { success: false } },
    ).catch(async (error: unknown) => {
      // Ingest writes into the trail who asked; where it could not be asked, it is on us.
      if (error instanceof Problem && error.status === 503)
        await record(store, [
          {
            action: 'sync.requested',
            actor: user.username,
            subject: payment_id === undefined ? 'sweep' : `payment:${payment_id}`,
            ...of,
            correlation_id: correlationId,
            facts: { ...window, refused: 503 },
          },
        ]);
      throw error;
    });
    return syncReply(answer);
  },
});
