import { z } from 'zod';
import { OUTCOME_KINDS } from '../../../../shared/outcome.ts';
import { visibleEvent } from '../../auth/scope.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { paymentExample } from '../../payments/example.ts';
import { listPayments, NEWEST_FIRST } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';
import { smallId } from '../ids.ts';

export const listEventPayments = route({
  id: 'listEventPayments',
  method: 'GET',
  path: '/api/events/{event_id}/payments',
  tag: 'payments',
  summary: 'An event’s payments with ticket and mail state',
  access: ['admin', 'organizer'],
  params: z.strictObject({ event_id: smallId('event') }),
  query: z.strictObject({
    status: z.string().max(40).optional().describe('Razorpay’s: captured, refunded …'),
    outcome: z.enum(OUTCOME_KINDS).optional().describe('With this outcome.'),
    ...paged.byText,
  }),
  answers: {
    200: { description: 'Newest first.', schema: z.array(paymentAnswer), example: [paymentExample], headers: LINK },
  },
  async handle({ params: { event_id }, query, user, gateway, asked }) {
    await visibleEvent(gateway, user, event_id);
    const { status, outcome } = query;
    const filter = {
      event_id,
      ...(status !== undefined && { 'payment.value.status': status }),
      ...(outcome !== undefined && { 'outcome.kind': outcome }),
    };
    return listPayments(gateway.store, filter, NEWEST_FIRST, { query, asked });
  },
});
