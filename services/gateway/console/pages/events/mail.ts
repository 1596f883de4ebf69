/** How an event's mails look: written, looked at while it is written, tested, and put back to the default. */
import { z } from 'zod';
import { Problem } from '../../../../../shared/http/problem.ts';
import { LOGO_MOST_BYTES } from '../../../../../shared/mail-template/logo.ts';
import { BLOCK_NAMES, BLOCKS, type Block, DEFAULTS } from '../../../../../shared/mail-template/template.ts';
import type { eventAnswer } from '../../../events/schema.ts';
import type { SignedIn } from '../../../http/route.ts';
import type { TemplateAnswer } from '../../../mail-template/schema.ts';
import { readEvent } from '../../../routes/events/read.ts';
import {
  changeMailTemplate,
  previewMailTemplate,
  readMailTemplate,
  resetMailTemplate,
  testMailTemplate,
} from '../../../routes/mail-template/routes.ts';
import { changedFields, opened, openedField, type Texts } from '../../changed.ts';
import { action, goTo, type PageCall, page, Raw, type Said } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';
import { render } from '../../views.ts';
import { MAIL_HEADERS } from '../mails.ts';

const RUN = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: z.string().max(20) });
const PATH = '/events/{id}/mail';

/** Longer than any of them may be: too long a text is refused at its field, in the API's words. */
const text = z.string().max(20_000).optional();
const form = z.strictObject({
  subject: text,
  greeting: text,
  above: text,
  below: text,
  footer: text,
  colour: text,
  text_colour: text,
  logo: z.file().optional(),
  remove_logo: z.literal('on').optional(),
  to: z.string().max(254).optional(),
  was: openedField,
});
type Form = z.output<typeof form>;
type Call = PageCall<{ id: string }, unknown, unknown, SignedIn>;

const LABELS: Record<Block, { label: string; hint: string; rows?: number }> = {
  subject: { label: 'Subject', hint: 'One line.' },
  greeting: { label: 'Greeting', hint: 'One line, at the top.' },
  above: { label: 'Text above the code', hint: 'What matters most: which gate, what to bring.', rows: 4 },
  below: { label: 'Text below the ticket', hint: 'Whatever else there is to say. Empty: nothing.', rows: 4 },
  footer: { label: 'Footer', hint: 'Whom to ask. Cancellations have it, too.', rows: 3 },
};

const wholeForm = (values: Partial<Record<string, string>>) =>
  BLOCK_NAMES.map((name) => ({
    name,
    ...LABELS[name],
    lines: BLOCKS[name].lines,
    most: BLOCKS[name].most,
    value: values[name] ?? DEFAULTS[name],
  }));

const pictureType = (base64: string) => (base64.startsWith('/9j/') ? 'image/jpeg' : 'image/png');

/** What was chosen in a form, as the API takes it. A field that is left out stays; an empty one is the default. */
async function changeOf({ logo, remove_logo, to: _, was: __, ...fields }: Form): Promise<Record<string, unknown>> {
  const chosen = logo && logo.size > 0 ? Buffer.from(await logo.arrayBuffer()).toString('base64') : null;
  return { ...fields, ...(chosen ? { logo: chosen } : remove_logo === 'on' ? { logo: null } : {}) };
}

/** What the form shows; a browser writes colours in small letters. */
const textsOf = (template: TemplateAnswer): Texts =>
  Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, usual]) => {
      const text = template[name as keyof typeof DEFAULTS] ?? usual;
      return [name, name.endsWith('colour') ? text.toLowerCase() : text];
    }),
  );

/** `typed`: what stands in the form although it is not saved. */
async function shown(call: Call, typed: Partial<Record<string, string>> = {}, said: Said | null = null) {
  const [{ body: event }, { body: template }] = await Promise.all([
    answerOf<z.input<typeof eventAnswer>>(readEvent, call, { params: call.params }),
    answerOf<TemplateAnswer>(readMailTemplate, call, { params: call.params }),
  ]);
  const kept = textsOf(template);
  const values: Partial<Record<string, string>> = { ...kept, ...typed };
  return {
    title: `Mail of ${event.name}`,
    event,
    blocks: wholeForm(values),
    colour: values.colour,
    text_colour: values.text_colour,
    logo: template.logo === null ? null : `data:${pictureType(template.logo)};base64,${template.logo}`,
    custom: template.custom,
    broken: template.faults,
    placeholders: template.placeholders.map((one) => ({ ...one, written: `{{${one.name}}}` })),
    logoMost: LOGO_MOST_BYTES,
    admin: call.user.role === 'admin',
    to: values.to ?? '',
    was: values.was ?? opened(kept),
    unsaved: Object.keys(typed).length > 0,
    said,
  };
}

export const mailTemplatePage = page({
  path: PATH,
  access: RUN,
  title: 'Mail',
  view: 'events/mail',
  params,
  scripts: ['mail-template.js'],
  handle: (call) => shown(call),
});

export const mailTemplateAction = action({
  path: PATH,
  access: RUN,
  params,
  types: ['form', 'file'],
  form,
  shownBy: mailTemplatePage,
  async handle(call) {
    const { params } = call;
    const at = `/events/${params.id}/mail`;
    const { logo, remove_logo, to: _, was, ...texts } = call.body;
    const { body: template } = await answerOf<TemplateAnswer>(readMailTemplate, call, { params });
    // Of a broken one even what was left as it stands is mended by being saved.
    const changed = template.faults.length > 0 ? texts : changedFields(texts, was, textsOf(template));
    const body = await changeOf({ ...changed, logo, remove_logo });
    if (Object.keys(body).length === 0) return goTo(at, { tone: 'info', text: 'Nothing was changed.' });
    await answerOf(changeMailTemplate, call, { params, body });
    return goTo(at, { tone: 'good', text: 'Saved. Mails from now on look like this.' });
  },
});

export const mailTemplateReset = action({
  path: `${PATH}/reset`,
  access: RUN,
  params,
  back: PATH,
  async handle(call) {
    await answerOf(resetMailTemplate, call, { params: call.params });
    return goTo(`/events/${call.params.id}/mail`, { tone: 'good', text: 'Mails have the default look again.' });
  },
});

export const mailTemplateTest = action({
  path: `${PATH}/test`,
  access: RUN,
  params,
  types: ['form', 'file'],
  form,
  shownBy: mailTemplatePage,
  async handle(call) {
    const { to, was, logo, remove_logo: _, ...texts } = call.body;
    const address = to?.trim() ? { to: to.trim() } : {};
    const { body } = await answerOf<{ message: string }>(testMailTemplate, call, {
      params: call.params,
      body: { ...(await changeOf(call.body)), ...address },
    });
    const again = logo && logo.size > 0 ? ' Choose the logo once more before you save.' : '';
    const told = `${body.message[0]?.toUpperCase()}${body.message.slice(1)}. Nothing is saved yet.${again}`;
    return shown(call, { ...texts, ...(to !== undefined && { to }), was: was ?? '' }, { tone: 'good', text: told });
  },
});

/** The mail in a frame of its own; or why there is none, in the same frame. */
async function framed(call: Call, change: () => Promise<Record<string, unknown>>): Promise<Raw> {
  try {
    const { body } = await answerOf<{ html: string }>(previewMailTemplate, call, {
      params: call.params,
      body: await change(),
    });
    return new Raw('text/html; charset=utf-8', body.html, MAIL_HEADERS);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    const { detail, errors } = error.fields;
    const faults = errors ?? [{ field: '', message: detail }];
    return new Raw('text/html; charset=utf-8', render('events/no-preview', { faults }), MAIL_HEADERS);
  }
}

export const mailTemplatePreview = page({
  path: `${PATH}/preview`,
  access: RUN,
  title: 'Mail',
  params,
  handle: (call) => framed(call, async () => ({})),
});

/** What stands in the form. Posted into the frame, so that it works without a script. */
export const mailTemplateDraft = action({
  path: `${PATH}/preview`,
  access: RUN,
  params,
  types: ['form', 'file'],
  form,
  handle: (call) => framed(call, () => changeOf(call.body)),
});
