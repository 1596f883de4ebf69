/**
 * How an event's mails look: its template made ready, or the default where there is none or where it is broken (an older
 * version's, a backup's). A ticket is never kept back because of how its mail looks. Pure.
 */
import { type TemplateFault, templateFaults } from '../../../shared/mail-template/check.ts';
import { type Logo, readLogo } from '../../../shared/mail-template/logo.ts';
import { type Part, parse } from '../../../shared/mail-template/parse.ts';
import {
  BLOCK_NAMES,
  type Block,
  DEFAULTS,
  type MailTemplate,
  NO_TEMPLATE,
} from '../../../shared/mail-template/template.ts';

export interface Look {
  /** Null: nothing of its own is said there. */
  texts: Record<Block, Part[] | null>;
  colour: string;
  textColour: string;
  logo: Logo | null;
}

const ready = (template: MailTemplate): Look => {
  const logo = template.logo === null || template.logo === undefined ? null : readLogo(template.logo);
  const texts = BLOCK_NAMES.map((block) => [block, template[block] ? parse(template[block]).parts : null]);
  return {
    texts: Object.fromEntries(texts),
    colour: template.colour ?? DEFAULTS.colour,
    textColour: template.text_colour ?? DEFAULTS.text_colour,
    logo: typeof logo === 'string' ? null : logo,
  };
};

export const DEFAULT_LOOK: Look = ready(NO_TEMPLATE);

/** The default's look with the faults, where there are any. */
export function lookOf(template: MailTemplate | null | undefined): { look: Look; faults: TemplateFault[] } {
  if (!template) return { look: DEFAULT_LOOK, faults: [] };
  const faults = templateFaults(template);
  return { look: faults.length > 0 ? DEFAULT_LOOK : ready(template), faults };
}
