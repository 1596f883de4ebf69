import { z } from 'zod';
import { pageOfUsers } from '../../auth/list-users.ts';
import { userAnswer, userExample } from '../../auth/user-schema.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';

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
  handle: (call) => pageOfUsers(call.gateway.store, {}, call),
});
