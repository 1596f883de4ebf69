import { z } from 'zod';
import { pageOfUsers } from '../../auth/list-users.ts';
import { clubScope } from '../../auth/scope.ts';
import { userAnswer, userExample } from '../../auth/user-schema.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

export const listOwnClubMembers = route({
  id: 'listOwnClubMembers',
  method: 'GET',
  path: '/api/club/members',
  tag: 'clubs',
  summary: 'The people of my club',
  description: 'For an admin, all users.',
  access: ['admin', 'organizer'],
  query: z.strictObject(paged.byNumber),
  answers: {
    200: { description: 'By id.', schema: z.array(userAnswer), example: [userExample], headers: LINK },
  },
  handle: (call) => pageOfUsers(call.gateway.store, clubScope(call.user), call),
});
