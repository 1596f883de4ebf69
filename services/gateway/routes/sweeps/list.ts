import { z } from 'zod';
import type { SweepDoc } from '../../../../shared/store/documents.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { presentSweep, sweepAnswer, sweepExample } from './schema.ts';

const ORDER: Order = { ids: 'text', field: 'started_at', direction: -1, date: true };

export const listSweeps = route({
  id: 'listSweeps',
  method: 'GET',
  path: '/api/sweeps',
  tag: 'sweeps',
  summary: 'Sweeps, scheduled and by hand',
  access: ['admin'],
  query: z.strictObject(paged.byText),
  answers: {
    200: { description: 'Newest first.', schema: z.array(sweepAnswer), example: [sweepExample], headers: LINK },
  },
  async handle({ query: { limit, cursor }, gateway: { store }, asked }) {
    const found = await store.sweeps
      .find(after(decodeCursor(cursor, ORDER), ORDER))
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<SweepDoc[]>();
    const { rows, headers } = page(found, limit, (one) => ({ key: one.started_at.getTime(), id: one._id }), asked);
    const now = new Date();
    return { status: 200, body: rows.map((sweep) => presentSweep(sweep, now)), headers };
  },
});
