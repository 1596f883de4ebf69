import { z } from 'zod';
import { ACTIONS } from '../../../../shared/audit/index.ts';
import { moment } from '../../http/moments.ts';
import { idNumber } from '../../http/numbers.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { logEntry, logExample, pageOfLogs } from './page.ts';

const text = z.string().min(1).max(200).optional();

export const listLogs = route({
  id: 'listLogs',
  method: 'GET',
  path: '/api/admin/logs',
  tag: 'audit',
  summary: 'The audit trail',
  access: ['admin'],
  query: z.strictObject({
    action: z.enum(ACTIONS).optional().describe('What was done.'),
    subject: text.describe('Exactly: payment:pay_…, event:1, user:2.'),
    actor: text.describe('A username, or gateway, ingest, ticketing.'),
    payment_id: text.describe('About this payment.'),
    event_id: idNumber.optional().describe('About this event.'),
    correlation_id: text.describe('One id from the webhook to the mail.'),
    from: moment.optional(),
    to: moment.optional(),
    ...paged.byText,
  }),
  answers: {
    200: {
      description: 'Newest first.',
      schema: z.array(logEntry),
      example: [logExample],
      headers: LINK,
    },
  },
  async handle({ query: { limit, cursor, from, to, ...equal }, gateway: { store }, asked }) {
    const wanted = Object.entries(equal).filter(([, value]) => value !== undefined);
    const time = { ...(from && { $gte: from }), ...(to && { $lt: to }) };
    const filter = { ...Object.fromEntries(wanted), ...((from || to) && { at: time }) };
    return pageOfLogs(store, filter, { query: { limit, cursor }, asked });
  },
});
