/** The look of an event's mails: what an organiser may say of it, and what stands where they say nothing. */

/** The texts, in the order of the mail; the first two are one line each. Most characters of each. */
export const BLOCKS = {
  subject: { most: 150, lines: false },
  greeting: { most: 200, lines: false },
  above: { most: 2_000, lines: true },
  below: { most: 2_000, lines: true },
  footer: { most: 1_000, lines: true },
} as const;
export type Block = keyof typeof BLOCKS;
export const BLOCK_NAMES = Object.keys(BLOCKS) as Block[];

export type MailTexts = Record<Block, string | null>;

/** Null, and an empty text: the default. */
export interface MailTemplate extends MailTexts {
  /** The ground of the mail's head, and the text on it: `#1b3a6b`. */
  colour: string | null;
  text_colour: string | null;
  /** A PNG or JPEG, base64. */
  logo: string | null;
}

export const NO_TEMPLATE: MailTemplate = {
  subject: null,
  greeting: null,
  above: null,
  below: null,
  footer: null,
  colour: null,
  text_colour: null,
  logo: null,
};

export const DEFAULTS: Record<Exclude<keyof MailTemplate, 'logo'>, string> = {
  subject: 'Your ticket: {{event}}',
  greeting: 'Hello {{name}},',
  above: 'Your payment has arrived. This code opens the door for you, once.',
  below: '',
  footer: 'If something in this mail is wrong, tell the organisers and give them the payment id.',
  colour: '#1b3a6b',
  text_colour: '#ffffff',
};
