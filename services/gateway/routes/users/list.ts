import { z } from 'zod';
import { presentUser, userAnswer, userExample } from '../../auth/users.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

const ORDER: Order = { ids: 'number', direction: 1 };

export const listUsers = route({
  id: 'listUsers',
  method: 'GET',
  path: '/api/admin/users',
  tag: 'users',
  summary: 'All users',
  access: ['admin'],
  query: z.strictObject(paged.byNumber),
  answers: {
    200: { description: 'By id.', schema: z.array(userAnswer), example: [userExample], headers: LINK },
  },
  async handle({ query: { limit, cursor }, gateway: { store }, asked }) {
    const found = await store.users
      .find(after(decodeCursor(cursor, ORDER), ORDER))
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean();
    const { rows, headers } = page(found, limit, (user) => ({ key: null, id: user._id }), asked);
    return { status: 200, body: rows.map(presentUser), headers };
  },
});
