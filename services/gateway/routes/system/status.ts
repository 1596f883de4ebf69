import { route } from '../../http/route.ts';
import { readStatus, type SystemStatus, statusAnswer } from '../../system/status.ts';

const example: SystemStatus = {
  status: 'failing',
  message:
    'Webhooks: Silent for 2 h while the sweep found 14 payments: look at Razorpay’s dashboard, the webhook may be disabled, and whether its address can be reached.',
  at: '2026-11-25T10:00:00.000Z',
  version: '0.1.0',
  store: 'up',
  bus: 'up',
  parts: [
    {
      part: 'webhook',
      label: 'Webhooks',
      tone: 'bad',
      text: 'Silent for 2 h while the sweep found 14 payments: look at Razorpay’s dashboard, the webhook may be disabled, and whether its address can be reached.',
    },
    {
      part: 'sweep',
      label: 'Sweep',
      tone: 'good',
      text: 'Everything Razorpay knew 11 min ago is here. The next one is in 19 min.',
    },
    { part: 'breaker', label: 'Mail server', tone: 'good', text: 'Takes what is sent.' },
    {
      part: 'settling',
      label: 'Tickets',
      tone: 'good',
      text: 'Up to date: each payment has its ticket, is held for you, or is not ours.',
    },
    { part: 'signing', label: 'Ticket key', tone: 'good', text: 'Doors know the key that tickets are signed with.' },
    { part: 'bus', label: 'Bus', tone: 'good', text: 'Connected.' },
    { part: 'store', label: 'Store', tone: 'good', text: 'Answers.' },
  ],
  webhook: { last_at: '2026-11-25T07:55:00.000Z', by_webhook: 0, late: 14 },
  sweep: {
    last_complete_at: '2026-11-25T09:49:00.000Z',
    watermark: 1_795_600_140,
    running: false,
    next_at: '2026-11-25T10:19:00.000Z',
    failures: 0,
    error: null,
  },
  breaker: { open: false, resting: 0, error: null },
  waiting: {
    pending: 0,
    pending_since: null,
    held: 3,
    held_by_reason: { incomplete_details: 2, underpaid: 1 },
    mails_owed: 0,
    mails_due_since: null,
    mails_failed: 1,
    mails_no_address: 0,
    dead_letters: 0,
  },
};

export const systemStatus = route({
  id: 'systemStatus',
  method: 'GET',
  path: '/api/system/status',
  tag: 'system',
  summary: 'How the machinery is, and what waits in it',
  description:
    'In words and in facts, as the console’s first page says it. 200 also while something is away: `status`, `store`, `bus` and `parts` say what. An admin sees everything, an organizer what waits of the own events, staff whether store and bus are there.',
  access: 'any',
  answers: { 200: { description: 'How it is right now.', schema: statusAnswer, example } },
  handle: async ({ gateway, user }) => ({ status: 200, body: await readStatus(gateway, user, new Date()) }),
});
