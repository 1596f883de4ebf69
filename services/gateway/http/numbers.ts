/**
 * Whole numbers as they stand in a query: digits, so that `0x10`, `1e2` and an empty text are none; and `7.0`, which is an
 * integer to JSON Schema, and to callers that write their numbers as floats.
 */
import { z } from 'zod';

export const wholeNumber = (min: number, max: number) =>
  z.preprocess(
    (given) => (typeof given === 'string' && /^\d{1,15}(\.0{1,6})?$/.test(given) ? Number(given) : given),
    z.int().min(min).max(max),
  );

/** Of an event, a user, an attendee, in a query. */
export const idNumber = wholeNumber(1, 999_999_999);
