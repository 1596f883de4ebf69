/** Texts that people type, checked by what JSON Schema can say too: lengths are in characters, not in UTF-16's units. */
import { z } from 'zod';
import { oneLine, paragraphs, SHOWS_SOMETHING } from '../../../shared/text.ts';

const characters = (text: string): number => [...text].length;

/** At most `most` characters as sent; what cannot be seen is dropped. */
export const text = (most: number) =>
  z
    .string()
    .refine((given) => characters(given) <= most, `may have at most ${most} characters`)
    .meta({ maxLength: most })
    .transform(paragraphs);

/** One line that says something. */
export const someText = (most: number) =>
  z
    .string()
    .regex(SHOWS_SOMETHING, 'must not be empty')
    .refine((given) => characters(given) <= most, `may have at most ${most} characters`)
    .meta({ maxLength: most })
    .transform(oneLine);

/** One line, or nothing. */
export const line = (most: number) => text(most).transform(oneLine);
