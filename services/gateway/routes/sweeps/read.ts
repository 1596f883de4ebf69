import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import type { SweepDoc } from '../../../../shared/store/documents.ts';
import { route } from '../../http/route.ts';
import { presentSweep, sweepAnswer, sweepExample } from './schema.ts';

export const readSweep = route({
  id: 'readSweep',
  method: 'GET',
  path: '/api/sweeps/{id}',
  tag: 'sweeps',
  summary: 'One sweep',
  access: ['admin'],
  params: z.strictObject({
    id: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: 'The sweep’s id, from the list.', examples: [sweepExample.id] }),
  }),
  answers: { 200: { description: 'The sweep, as far as it is.', schema: sweepAnswer, example: sweepExample } },
  async handle({ params: { id }, gateway: { store } }) {
    const sweep = await store.sweeps.findById(id).lean<SweepDoc>();
    if (!sweep) throw new Problem(404, { detail: 'there is no such sweep' });
    return { status: 200, body: presentSweep(sweep, new Date()) };
  },
});
