import { z } from 'zod';
import { FLAGS, OUTCOME_KINDS } from '../../../../../shared/outcome.ts';
import { PAYMENT_ID } from '../../../../../shared/razorpay/ids.ts';
import { isWithdrawn, type PaymentAnswer } from '../../../payments/present.ts';
import { listPaymentsRoute } from '../../../routes/payments/list.ts';
import { choices, eventChoices, outcomeChoices } from '../../choices.ts';
import { page } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';

const ROWS = '50';

export const paymentsPage = page({
  path: '/payments',
  access: ['admin', 'organizer'],
  title: 'Payments',
  view: 'payments/list',
  nav: { label: 'Payments', icon: 'payments', group: 'work', order: 1 },
  query: z.strictObject({
    q: z.string().max(200).optional(),
    outcome: z.enum(OUTCOME_KINDS).optional(),
    flag: z.enum(FLAGS).optional(),
    event_id: z.string().max(10).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { q, outcome, flag, event_id } = call.query;
    const [{ body: payments, next }, events] = await Promise.all([
      answerOf<PaymentAnswer[]>(listPaymentsRoute, call, { query: { ...call.query, limit: ROWS } }),
      eventChoices(call, event_id),
    ]);
    return {
      payments: payments.map((payment) => ({ ...payment, withdrawn: isWithdrawn(payment) })),
      next,
      q: q ?? '',
      ask: call.user.role === 'admin' && PAYMENT_ID.test(q?.trim() ?? '') ? q?.trim() : null,
      filtered: q !== undefined || outcome !== undefined || flag !== undefined || event_id !== undefined,
      events,
      outcomes: outcomeChoices(outcome),
      flags: choices(FLAGS, flag),
    };
  },
});
