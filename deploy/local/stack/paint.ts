import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Coloured text, whatever node:util thinks of standard output: whether to colour is the caller's to know. */
export const paint = (style: Style, text: string, colours = true): string =>
  colours && text !== '' ? styleText(style, text, { validateStream: false }) : text;
