import { z } from 'zod';
import { pageOfUsers } from '../../auth/list-users.ts';
import { userAnswer, userExample } from '../../auth/user-schema.ts';
import { loadClub } from '../../clubs/save.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

export const listClubUsers = route({
  id: 'listClubUsers',
  method: 'GET',
  path: '/api/admin/clubs/{id}/users',
  tag: 'clubs',
  summary: 'The users of a club',
  access: ['admin'],
  params: z.strictObject({ id: smallId('club') }),
  query: z.strictObject(paged.byNumber),
  answers: {
    200: { description: 'By id.', schema: z.array(userAnswer), example: [userExample], headers: LINK },
  },
  async handle(call) {
    const club = await loadClub(call.gateway, call.params.id);
    return pageOfUsers(call.gateway.store, { club_id: club._id }, call);
  },
});
