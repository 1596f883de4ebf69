import { z } from 'zod';

/** An answer of which only the status counts, in words for people. */
export const message = z.strictObject({ message: z.string() }).meta({ id: 'Message' });
