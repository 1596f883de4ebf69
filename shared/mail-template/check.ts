/**
 * Whether mails can be made with a template. Asked when an organiser saves one, and again before each mail: what lies in
 * the store may come from an older version or a backup. Pure.
 */
import { COLOUR, contrast, LEAST_CONTRAST } from './colour.ts';
import { readLogo } from './logo.ts';
import { parse } from './parse.ts';
import { BLOCK_NAMES, BLOCKS, type Block, DEFAULTS, type MailTemplate } from './template.ts';

export interface TemplateFault {
  field: keyof MailTemplate;
  message: string;
}

/** What is wrong with one text, in words. */
function textFaults(block: Block, text: string): string[] {
  const { most, lines } = BLOCKS[block];
  if ([...text].length > most) return [`may have at most ${most} characters`];
  if (!lines && /[\n\r]/.test(text)) return ['must be one line'];
  return parse(text).faults.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
}

function colourFaults(template: MailTemplate): TemplateFault[] {
  const [colour, text_colour] = [template.colour ?? null, template.text_colour ?? null];
  const given = Object.entries({ colour, text_colour }) as ['colour' | 'text_colour', unknown][];
  const odd = given.filter(([, value]) => value !== null && !(typeof value === 'string' && COLOUR.test(value)));
  if (odd.length > 0) return odd.map(([field]) => ({ field, message: 'must be a colour like #1b3a6b' }));
  const [ground, ink] = [colour ?? DEFAULTS.colour, text_colour ?? DEFAULTS.text_colour];
  const found = contrast(ground, ink);
  if (found >= LEAST_CONTRAST) return [];
  // Rounded down: one that is short of it must not read as enough.
  const shown = (Math.floor(found * 10) / 10).toFixed(1);
  return [
    {
      field: text_colour === null ? 'colour' : 'text_colour',
      message: `${ink} on ${ground} is hard to read: a contrast of ${shown}, and ${LEAST_CONTRAST} is needed; take one lighter or the other darker`,
    },
  ];
}

/** All faults at once, each with its field. */
export function templateFaults(template: MailTemplate): TemplateFault[] {
  const texts = BLOCK_NAMES.flatMap((field) => {
    const text: unknown = template[field] ?? '';
    const faults = typeof text === 'string' ? textFaults(field, text) : ['must be a text'];
    return faults.map((message) => ({ field, message }));
  });
  const logo: unknown = template.logo ?? null;
  const picture = logo === null ? null : typeof logo === 'string' ? readLogo(logo) : 'must be base64';
  return [
    ...texts,
    ...colourFaults(template),
    ...(typeof picture === 'string' ? [{ field: 'logo' as const, message: picture }] : []),
  ];
}
