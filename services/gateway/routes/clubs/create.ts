import { presentClub } from '../../clubs/present.ts';
import { createClub } from '../../clubs/save.ts';
import { clubAnswer, clubExample, newClubBody } from '../../clubs/schema.ts';
import { route } from '../../http/route.ts';

export const createClubRoute = route({
  id: 'createClub',
  method: 'POST',
  path: '/api/admin/clubs',
  tag: 'clubs',
  summary: 'Make a club',
  description: 'A club owns events; its organizers run them and see no others.',
  access: ['admin'],
  body: {
    schema: newClubBody,
    example: { name: 'Music Club', email: 'music@example.edu', phone: '+91 98000 00003' },
  },
  answers: { 200: { description: 'The club.', schema: clubAnswer, example: clubExample } },
  problems: { 409: 'The name is taken.' },
  async handle(call) {
    const club = await createClub(call.body, call);
    return { status: 200, body: await presentClub(call.gateway.store, club) };
  },
});
