/** The outbox by API: what waits, what failed, and sending it again. */
import { z } from 'zod';
import { MAIL_STATES } from '../../../../shared/store/documents.ts';
import { idNumber } from '../../http/numbers.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { listMails, mailAnswer, outboxExample } from '../../mails/list.ts';
import { mailPreview, mailPreviewExample, previewMail } from '../../mails/preview.ts';
import { resendAll, resendMail } from '../../mails/resend.ts';
import { paymentId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;

const mailId = z
  .string()
  .regex(/^\d{1,9}:[a-z]+:\d{1,9}(:[\w-]{1,100})?$/, 'there is no such mail')
  .meta({ description: 'attendee:kind:issue', examples: ['1:ticket:1'] });
const oneMail = z.strictObject({ id: mailId });
const UNAVAILABLE = { 503: 'The bus or ticketing is away; the mails are as they were.' };

export const listMailsRoute = route({
  id: 'listMails',
  method: 'GET',
  path: '/api/mails',
  tag: 'mails',
  summary: 'The outbox',
  access: ROLES,
  query: z.strictObject({
    state: z.enum(MAIL_STATES).optional().describe('In this state.'),
    event_id: idNumber.optional().describe('Of this event.'),
    payment_id: paymentId.optional(),
    ...paged.byText,
  }),
  answers: {
    200: { description: 'Last due first.', schema: z.array(mailAnswer), example: [outboxExample], headers: LINK },
  },
  handle: async ({ query, user, gateway, asked }) => ({
    status: 200,
    ...(await listMails(gateway, user, query, asked)),
  }),
});

const message = z.strictObject({ message: z.string() });

export const resendMailRoute = route({
  id: 'resendMail',
  method: 'POST',
  path: '/api/mails/{id}/resend',
  tag: 'mails',
  summary: 'Send a mail again, now',
  description: 'Whatever became of it; it goes to the address the attendee has now.',
  access: ROLES,
  params: oneMail,
  answers: {
    200: { description: 'It is due now.', schema: message, example: { message: 'it is sent again now' } },
  },
  problems: { 409: 'It is being sent, has no address, or its ticket is not valid any more.', ...UNAVAILABLE },
  async handle(call) {
    await resendMail(call, call.params.id);
    return { status: 200, body: { message: 'it is sent again now' } };
  },
});

export const resendMailsRoute = route({
  id: 'resendMails',
  method: 'POST',
  path: '/api/mails/resend',
  tag: 'mails',
  summary: 'Send again what waits or failed',
  description: 'At most 1,000 at once.',
  access: ROLES,
  body: {
    schema: z.strictObject({
      state: z.enum(['owed', 'failed']),
      event_id: z.int().positive().max(999_999_999).optional(),
    }),
    example: { state: 'failed', event_id: 1 },
  },
  answers: {
    200: {
      description: 'How many are due now, and which are not.',
      schema: z
        .strictObject({
          owed: z.int(),
          refused: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
        })
        .meta({ id: 'ResentMails' }),
      example: { owed: 12, refused: [] },
    },
  },
  problems: UNAVAILABLE,
  async handle(call) {
    const { owed, refused } = await resendAll(call, call.body);
    return { status: 200, body: { owed: owed.length, refused } };
  },
});

export const previewMailRoute = route({
  id: 'previewMail',
  method: 'GET',
  path: '/api/mails/{id}/preview',
  tag: 'mails',
  summary: 'A mail as it would go out now',
  access: ROLES,
  params: oneMail,
  answers: {
    200: {
      description: 'Pictures are in the HTML itself.',
      schema: mailPreview,
      example: mailPreviewExample,
    },
  },
  problems: { 409: 'It cannot be made: its attendee or event is gone.', ...UNAVAILABLE },
  handle: async (call) => ({ status: 200, body: await previewMail(call, call.params.id) }),
});
