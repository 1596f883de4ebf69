/** Texts that people type, checked by what JSON Schema can say too: lengths are in characters, not in UTF-16's units. */
import { z } from 'zod';

const characters = (text: string): number => [...text].length;

/** At most `most` characters as sent; the white space around them is dropped. */
export const text = (most: number) =>
  z
    .string()
    .refine((given) => characters(given) <= most, `may have at most ${most} characters`)
    .meta({ maxLength: most })
    .trim();

/** One that says something. */
export const someText = (most: number) =>
  z
    .string()
    .regex(/[^\s\u0085]/, 'must not be empty')
    .refine((given) => characters(given) <= most, `may have at most ${most} characters`)
    .meta({ maxLength: most })
    .trim();
