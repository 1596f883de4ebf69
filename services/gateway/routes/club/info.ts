import type { z } from 'zod';
import type { ClubDoc } from '../../../../shared/store/documents.ts';
import { presentClub } from '../../clubs/present.ts';
import { clubExample, ownClubAnswer } from '../../clubs/schema.ts';
import { route } from '../../http/route.ts';

const NONE = Object.fromEntries(Object.keys(ownClubAnswer.shape).map((field) => [field, null])) as z.input<
  typeof ownClubAnswer
>;

export const readOwnClub = route({
  id: 'readOwnClub',
  method: 'GET',
  path: '/api/club/info',
  tag: 'clubs',
  summary: 'My club',
  access: ['admin', 'organizer'],
  answers: {
    200: {
      description: 'The club; every field null where there is none.',
      schema: ownClubAnswer,
      example: clubExample,
    },
  },
  async handle({ user, gateway: { store } }) {
    const club = user.club_id === null ? null : await store.clubs.findById(user.club_id).lean<ClubDoc>();
    return { status: 200, body: club ? await presentClub(store, club) : NONE };
  },
});
