import { z } from 'zod';
import { HOLD_REASONS } from '../../../../shared/outcome.ts';
import { eventIdScope } from '../../auth/scope.ts';
import { idNumber } from '../../http/numbers.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { heldExample } from '../../payments/example.ts';
import { listPayments, OLDEST_FIRST } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';

export const listHeld = route({
  id: 'listHeldPayments',
  method: 'GET',
  path: '/api/payments/held',
  tag: 'payments',
  summary: 'Payments that wait for a person',
  description:
    'Each with its reason, what that means, and what resolves it. It goes on by itself once the reason is gone. Those without an event are shown to admins only.',
  access: ['admin', 'organizer'],
  query: z.strictObject({
    reason: z.enum(HOLD_REASONS).optional().describe('Held for this reason.'),
    event_id: idNumber.optional().describe('Of this event.'),
    ...paged.byText,
  }),
  answers: {
    200: {
      description: 'Longest paid first.',
      schema: z.array(paymentAnswer),
      example: [heldExample],
      headers: LINK,
    },
  },
  async handle({ query, user, gateway, asked }) {
    const { reason, event_id } = query;
    const filter = {
      'outcome.kind': 'held',
      ...(reason !== undefined && { 'outcome.reason': reason }),
      ...(event_id !== undefined && { event_id }),
    };
    const scope = await eventIdScope(gateway, user);
    return listPayments(gateway.store, { $and: [filter, scope] }, OLDEST_FIRST, { query, asked });
  },
});
