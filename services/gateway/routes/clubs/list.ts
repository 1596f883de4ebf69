import { z } from 'zod';
import type { ClubDoc } from '../../../../shared/store/documents.ts';
import { presentClubs } from '../../clubs/present.ts';
import { clubAnswer, clubExample } from '../../clubs/schema.ts';
import { after, decodeCursor, LINK, type Order, page, paged, sortOf } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

const ORDER: Order = { ids: 'number', direction: 1 };

export const listClubs = route({
  id: 'listClubs',
  method: 'GET',
  path: '/api/admin/clubs',
  tag: 'clubs',
  summary: 'All clubs',
  access: ['admin'],
  query: z.strictObject(paged.byNumber),
  answers: { 200: { description: 'By id.', schema: z.array(clubAnswer), example: [clubExample], headers: LINK } },
  async handle({ query: { limit, cursor }, gateway: { store }, asked }) {
    const found = await store.clubs
      .find(after(decodeCursor(cursor, ORDER), ORDER))
      .sort(sortOf(ORDER))
      .limit(limit + 1)
      .lean<ClubDoc[]>();
    const { rows, headers } = page(found, limit, (club) => ({ key: null, id: club._id }), asked);
    return { status: 200, body: await presentClubs(store, rows), headers };
  },
});
