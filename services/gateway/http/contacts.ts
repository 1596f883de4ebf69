/** How people are reached: an e-mail address and a telephone number, as people type them. */
import { z } from 'zod';

/** Stricter than the usual: at most 64 characters before the @, and no label of the domain begins or ends with a dash. */
const ADDRESS =
  /^(?=[^@]{1,64}@)[A-Za-z0-9_'+-]+(\.[A-Za-z0-9_'+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

export const address = z.email({ pattern: ADDRESS, error: 'must be an e-mail address' }).max(254).nullable();

export const telephone = z
  .string()
  .regex(/^\+?[0-9][0-9 ()./-]{3,30}$/, 'must be a telephone number')
  .nullable();
