import type { z } from 'zod';

/** Each of these fields, or null. */
export const nullable = <T extends Record<string, z.ZodType>>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.nullable()])) as {
    [K in keyof T]: z.ZodNullable<T[K]>;
  };
