import { z } from 'zod';

/** RFC 9457, as every 4xx and 5xx answers. */
export const problemBody = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What exactly, and what to do.'),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    correlation_id: z.string().describe('Finds this request in the log.'),
  })
  .meta({ id: 'Problem' });
