/** An event's own texts in a mail, with what its placeholders stand for. Pure. */
import { fill, fillLines, type Piece, type Values } from '../../../shared/mail-template/fill.ts';
import { type Part, parse } from '../../../shared/mail-template/parse.ts';
import { BLOCK_NAMES, type Block, DEFAULTS } from '../../../shared/mail-template/template.ts';
import { isolated } from '../../../shared/text.ts';
import type { Look } from './look.ts';

/** By block; where nothing of its own is said, or all of it is empty, what is said by default. */
const DEFAULT_PARTS = Object.fromEntries(BLOCK_NAMES.map((block) => [block, parse(DEFAULTS[block]).parts])) as Record<
  Block,
  Part[]
>;
/** A ticket that replaces another was not paid for again. */
const REPLACES = parse('This code opens the door for you, once.').parts;

export interface Texts {
  subject: string;
  html: Record<Block, Piece[][]>;
  plain: Record<Block, string>;
}

export function textsOf({ texts }: Look, values: Values, replaces: boolean): Texts {
  const apart = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolated(value)])) as Values;
  const chosen = (block: Block): Part[] => {
    const own = texts[block];
    if (own && fill(own, values).trim() !== '') return own;
    return block === 'above' && replaces ? REPLACES : DEFAULT_PARTS[block];
  };
  const each = <T>(make: (parts: Part[]) => T) =>
    Object.fromEntries(BLOCK_NAMES.map((block) => [block, make(chosen(block))])) as Record<Block, T>;
  return {
    // A header: one line, whatever it was filled with.
    subject: fill(chosen('subject'), apart)
      .replace(/\p{Cc}+/gu, ' ')
      .trim(),
    html: each((parts) => fillLines(parts, values)),
    plain: each((parts) => fill(parts, apart).trim()),
  };
}
