/** How an event's mails look, by API. */
import { z } from 'zod';
import { route } from '../../http/route.ts';
import { changeTemplate, readTemplate, resetTemplate } from '../../mail-template/save.ts';
import {
  templateAnswer,
  templateChange,
  templateChangeExample,
  templateExample,
  templateTest,
  templateTrial,
} from '../../mail-template/schema.ts';
import { previewTemplate, testTemplate } from '../../mail-template/try.ts';
import { mailPreview, mailPreviewExample } from '../../mails/preview.ts';
import { smallId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: smallId('event') });
const path = '/api/events/{id}/mail-template';
const FAULTS = {
  422: 'A text that is no template (with its line and column), colours that cannot be read on each other, or a logo that is no small PNG or JPEG. Each in `errors`, by its field.',
};
const UNAVAILABLE = 'The bus, ticketing or the mail server is away; it says which, and what it said.';
const answers = {
  200: { description: 'The template as it is now.', schema: templateAnswer, example: templateExample },
};

export const readMailTemplate = route({
  id: 'readMailTemplate',
  method: 'GET',
  path,
  tag: 'mails',
  summary: 'How an event’s mails look',
  access: ROLES,
  params,
  answers,
  handle: async (call) => ({ status: 200, body: await readTemplate(call.params.id, call) }),
});

export const changeMailTemplate = route({
  id: 'changeMailTemplate',
  method: 'PUT',
  path,
  tag: 'mails',
  summary: 'Change how an event’s mails look',
  description:
    'Any subset of fields. Texts are plain, with placeholders like {{name}}; what they stand for is shown as text, never as markup. Mails that went out stay as they are; resends and new ones follow.',
  access: ROLES,
  params,
  body: { schema: templateChange, example: templateChangeExample },
  answers,
  problems: { ...FAULTS, 409: 'Others are changing it right now.' },
  handle: async (call) => ({ status: 200, body: await changeTemplate(call.params.id, call.body, call) }),
});

export const resetMailTemplate = route({
  id: 'resetMailTemplate',
  method: 'DELETE',
  path,
  tag: 'mails',
  summary: 'Back to the default look',
  access: ROLES,
  params,
  answers,
  handle: async (call) => ({ status: 200, body: await resetTemplate(call.params.id, call) }),
});

export const previewMailTemplate = route({
  id: 'previewMailTemplate',
  method: 'POST',
  path: `${path}/preview`,
  tag: 'mails',
  summary: 'An event’s ticket mail as it would look',
  description:
    'With these changes to the saved template; nothing is saved. For a made-up student: its code opens no door.',
  access: ROLES,
  params,
  body: { schema: templateTrial, optional: true, example: templateChangeExample },
  answers: {
    200: { description: 'Pictures are in the HTML itself.', schema: mailPreview, example: mailPreviewExample },
  },
  problems: { ...FAULTS, 503: UNAVAILABLE },
  handle: async (call) => ({ status: 200, body: await previewTemplate(call.params.id, call.body, call) }),
});

export const testMailTemplate = route({
  id: 'testMailTemplate',
  method: 'POST',
  path: `${path}/test`,
  tag: 'mails',
  summary: 'Send an event’s ticket mail as a test',
  description:
    'With these changes to the saved template; nothing is saved. It goes to the address of the caller’s account, at most ten times in ten minutes; an admin may name another. Marked as a test, and its code opens no door.',
  access: ROLES,
  params,
  body: { schema: templateTest, optional: true, example: templateChangeExample },
  answers: {
    200: {
      description: 'The mail server has taken it.',
      schema: z.strictObject({ message: z.string(), to: z.string(), subject: z.string() }),
      example: {
        message: 'the test is on its way to meera@example.edu',
        to: 'meera@example.edu',
        subject: '[Test] See you at Freshers’ Night, Asha Rao',
      },
    },
  },
  problems: {
    403: 'Not for this role; or the address is not the caller’s own.',
    409: 'The caller’s account has no address.',
    422: `${FAULTS[422]} Or the mail server does not take the address.`,
    429: 'Too many tests just now.',
    503: UNAVAILABLE,
  },
  async handle(call) {
    const { to, subject } = await testTemplate(call.params.id, call.body, call);
    return { status: 200, body: { message: `the test is on its way to ${to}`, to, subject } };
  },
});
