import { z } from 'zod';
import { presentClub } from '../../clubs/present.ts';
import { loadClub } from '../../clubs/save.ts';
import { clubAnswer, clubExample } from '../../clubs/schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const readClub = route({
  id: 'readClub',
  method: 'GET',
  path: '/api/admin/clubs/{id}',
  tag: 'clubs',
  summary: 'One club',
  access: ['admin'],
  params: z.strictObject({ id: smallId('club') }),
  answers: { 200: { description: 'The club.', schema: clubAnswer, example: clubExample } },
  async handle({ params: { id }, gateway }) {
    return { status: 200, body: await presentClub(gateway.store, await loadClub(gateway, id)) };
  },
});
