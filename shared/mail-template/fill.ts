/** A parsed text with its placeholders' values. Values are one line each and never read as a template again. Pure. */
import type { Part } from './parse.ts';
import type { Placeholder } from './placeholders.ts';

export type Values = Record<Placeholder, string>;

export const fill = (parts: readonly Part[], values: Values): string =>
  parts.map((part) => (part.kind === 'text' ? part.text : values[part.name])).join('');

export interface Piece {
  text: string;
  /** A placeholder's value, to be kept apart from the text around it. */
  value: boolean;
}

/** The same by lines and pieces, for markup around them; no lines where nothing is left to read. */
export function fillLines(parts: readonly Part[], values: Values): Piece[][] {
  const lines: Piece[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'placeholder') {
      lines.at(-1)?.push({ text: values[part.name], value: true });
      continue;
    }
    for (const [at, text] of part.text.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ text, value: false });
    }
  }
  return lines.some((pieces) => pieces.some(({ text }) => text.trim() !== '')) ? lines : [];
}
