import { z } from 'zod';
import type { Store } from '../../../../shared/store/index.ts';
import { loadClub } from '../../clubs/save.ts';
import { LINK, paged } from '../../http/paging.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';
import { logEntry, logExample, pageOfLogs } from '../logs/page.ts';

/** What was done to the club, about its events, and by its people. */
async function aboutClub(store: Store, id: number): Promise<Record<string, unknown>> {
  const [events, members] = await Promise.all([
    store.events.find({ club_id: id }, { _id: 1 }).lean(),
    store.users.find({ club_id: id }, { username: 1 }).lean(),
  ]);
  return {
    $or: [
      { subject: `club:${id}` },
      { event_id: { $in: events.map((event) => event._id) } },
      { actor: { $in: members.map((member) => member.username) } },
    ],
  };
}

export const listClubLogs = route({
  id: 'listClubLogs',
  method: 'GET',
  path: '/api/admin/clubs/{id}/logs',
  tag: 'clubs',
  summary: 'The audit trail of a club',
  description: 'What was done to the club, about its events, and by its people.',
  access: ['admin'],
  params: z.strictObject({ id: smallId('club') }),
  query: z.strictObject(paged.byText),
  answers: {
    200: { description: 'Newest first.', schema: z.array(logEntry), example: [logExample], headers: LINK },
  },
  async handle({ params: { id }, query, gateway, asked }) {
    await loadClub(gateway, id);
    return pageOfLogs(gateway.store, await aboutClub(gateway.store, id), { query, asked });
  },
});
