/** Whole numbers as they stand in a query: digits only, so that `0x10`, `1e2` and an empty text are none. */
import { z } from 'zod';

export const wholeNumber = (min: number, max: number) =>
  z.preprocess(
    (given) => (typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given),
    z.int().min(min).max(max),
  );

/** Of an event, a user, an attendee, in a query. */
export const idNumber = wholeNumber(1, 999_999_999);
