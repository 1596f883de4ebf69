import { z } from 'zod';
import { FLAGS, OUTCOME_KINDS } from '../../../../shared/outcome.ts';
import { eventIdScope } from '../../auth/scope.ts';
import { moment } from '../../http/moments.ts';
import { idNumber } from '../../http/numbers.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { paymentExample } from '../../payments/example.ts';
import { listPayments, NEWEST_FIRST } from '../../payments/load.ts';
import { paymentAnswer } from '../../payments/schema.ts';
import { paymentSearch, withFlag } from '../../payments/search.ts';

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

export const listPaymentsRoute = route({
  id: 'listPayments',
  method: 'GET',
  path: '/api/payments',
  tag: 'payments',
  summary: 'Find payments',
  description: 'Of the events that you may see; those without an event are shown to admins only.',
  access: ['admin', 'organizer'],
  query: z.strictObject({
    q: z
      .string()
      .max(200)
      .optional()
      .describe('A payment, order, refund or QR code id, a UTR or RRN, a phone, a roll number, the begin of a name.'),
    outcome: z.enum(OUTCOME_KINDS).optional().describe('With this outcome.'),
    flag: z.enum(FLAGS).optional().describe('With this flag.'),
    event_id: idNumber.optional().describe('Of this event.'),
    from: moment.optional().describe('Paid at or after.'),
    to: moment.optional().describe('Paid before.'),
    ...paged.byText,
  }),
  answers: {
    200: { description: 'Newest first.', schema: z.array(paymentAnswer), example: [paymentExample], headers: LINK },
  },
  async handle({ query, user, gateway, asked }) {
    const { q = '', outcome, flag, event_id, from, to } = query;
    const filter = {
      $and: [
        await eventIdScope(gateway, user),
        paymentSearch(q) ?? {},
        {
          ...(outcome !== undefined && { 'outcome.kind': outcome }),
          ...(flag !== undefined && withFlag(flag)),
          ...(event_id !== undefined && { event_id }),
        },
        from || to
          ? { 'payment.value.created_at': { ...(from && { $gte: seconds(from) }), ...(to && { $lt: seconds(to) }) } }
          : {},
      ],
    };
    return listPayments(gateway.store, filter, NEWEST_FIRST, { query, asked });
  },
});
