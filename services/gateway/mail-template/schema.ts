/** What the API takes and says of the look of an event's mails. */
import { z } from 'zod';
import { COLOUR } from '../../../shared/mail-template/colour.ts';
import { LOGO_MOST_BYTES, LOGO_MOST_PIXELS, LOGO_MOST_TEXT } from '../../../shared/mail-template/logo.ts';
import { PLACEHOLDER_NAMES, PLACEHOLDERS } from '../../../shared/mail-template/placeholders.ts';
import { BLOCKS, type Block, DEFAULTS } from '../../../shared/mail-template/template.ts';
import { lines } from '../../../shared/text.ts';

const block = (name: Block, where: string) => {
  const { most } = BLOCKS[name];
  return z
    .string()
    .refine((given) => [...given].length <= most, `may have at most ${most} characters`)
    .meta({ maxLength: most })
    .transform((given) => lines(given).trimEnd())
    .nullable()
    .optional()
    .describe(`${where} Null or empty: “${DEFAULTS[name]}”.`);
};
const colour = (what: string) =>
  z.string().regex(COLOUR, 'must be a colour like #1b3a6b').toLowerCase().nullable().optional().describe(what);

/** Any subset: what is left out stays as it is. */
export const templateFields = {
  subject: block('subject', 'One line.'),
  greeting: block('greeting', 'One line, at the top.'),
  above: block('above', 'Above the QR code.'),
  below: block('below', 'Below the ticket.'),
  footer: block('footer', 'At the end, also of cancellations.'),
  colour: colour('The ground of the mail’s head.'),
  text_colour: colour('The text on it; both together must be readable (a contrast of 4.5).'),
  logo: z
    .base64('must be base64')
    .max(LOGO_MOST_TEXT, `may have at most ${LOGO_MOST_BYTES / 1_024} KiB`)
    .nullable()
    .optional()
    .describe(
      `A PNG or JPEG in base64, at most ${LOGO_MOST_BYTES / 1_024} KiB and ${LOGO_MOST_PIXELS} pixels a side. Null: none.`,
    ),
};

export const templateChange = z
  .strictObject(templateFields)
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change')
  .meta({ minProperties: 1 });
export type TemplateChange = z.output<typeof templateChange>;

export const templateTrial = z.strictObject(templateFields);
export const templateTest = z.strictObject({
  ...templateFields,
  to: z
    .string()
    .max(254)
    .optional()
    .describe(
      'For admins; anybody else’s goes to the address of the own account, where an admin’s goes too without it.',
    ),
});

const said = z.string().nullable();
const texts = { subject: said, greeting: said, above: said, below: said, footer: said };
export const templateAnswer = z
  .strictObject({
    event_id: z.int(),
    custom: z.boolean().describe('False: all of it is the default.'),
    ...texts,
    colour: said,
    text_colour: said,
    logo: said.describe('A PNG or JPEG, base64.'),
    defaults: z
      .strictObject({
        subject: z.string(),
        greeting: z.string(),
        above: z.string(),
        below: z.string(),
        footer: z.string(),
        colour: z.string(),
        text_colour: z.string(),
      })
      .describe('What stands where a field is null.'),
    placeholders: z
      .array(z.strictObject({ name: z.string(), means: z.string(), example: z.string() }))
      .describe('What may stand between {{ and }} in the texts.'),
    faults: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .describe('Why mails go out in the default look although there is a template; usually empty.'),
    updated_at: z.iso.datetime().nullable(),
    updated_by: z.string().nullable(),
  })
  .meta({ id: 'MailTemplate' });
export type TemplateAnswer = z.input<typeof templateAnswer>;

export const placeholderList = PLACEHOLDER_NAMES.map((name) => ({ name, ...PLACEHOLDERS[name] }));

export const templateChangeExample = {
  subject: 'See you at {{event}}, {{name}}',
  above: 'Come to gate 2 of {{venue}}. Your seat is kept until the first song.',
  colour: '#5b2a86',
};

export const templateExample: TemplateAnswer = {
  event_id: 1,
  custom: true,
  subject: templateChangeExample.subject,
  greeting: null,
  above: templateChangeExample.above,
  below: null,
  footer: null,
  colour: templateChangeExample.colour,
  text_colour: null,
  logo: null,
  defaults: DEFAULTS,
  placeholders: placeholderList,
  faults: [],
  updated_at: '2026-11-10T09:30:00.000Z',
  updated_by: 'meera',
};
