/** Clubs as the API answers them, with the counts of their people and events: two round trips a page. */
import type { z } from 'zod';
import type { ClubDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { clubAnswer, clubName } from './schema.ts';

export type ClubAnswer = z.input<typeof clubAnswer>;
export type ClubName = z.input<typeof clubName>;

interface Count {
  _id: number;
  total: number;
}

const perClub = (ids: number[]) => [
  { $match: { club_id: { $in: ids } } },
  { $group: { _id: '$club_id', total: { $sum: 1 } } },
];

export async function presentClubs(store: Store, clubs: ClubDoc[]): Promise<ClubAnswer[]> {
  if (clubs.length === 0) return [];
  const ids = clubs.map((club) => club._id);
  const [members, events] = await Promise.all([
    store.users.aggregate<Count>(perClub(ids)),
    store.events.aggregate<Count>(perClub(ids)),
  ]);
  const of = (counts: Count[], id: number) => counts.find((count) => count._id === id)?.total ?? 0;
  return clubs.map((club) => ({
    id: club._id,
    name: club.name,
    description: club.description ?? null,
    email: club.email ?? null,
    phone: club.phone ?? null,
    active: club.active,
    total_members: of(members, club._id),
    total_events: of(events, club._id),
    created_at: club.created_at.toISOString(),
    created_by: club.created_by,
    updated_at: club.updated_at.toISOString(),
  }));
}

export const presentClub = async (store: Store, club: ClubDoc): Promise<ClubAnswer> =>
  (await presentClubs(store, [club]))[0] as ClubAnswer;

/** What the clubs of these documents are called: one round trip for all. */
export async function clubNames(
  store: Store,
  docs: readonly { club_id?: number | null }[],
): Promise<(doc: { club_id?: number | null }) => ClubName | null> {
  const ids = [...new Set(docs.map(({ club_id }) => club_id ?? 0).filter((id) => id > 0))];
  const clubs = ids.length === 0 ? [] : await store.clubs.find({ _id: { $in: ids } }, { name: 1 }).lean();
  const names = new Map(clubs.map(({ _id, name }) => [_id, name]));
  return ({ club_id }) => (club_id == null ? null : { id: club_id, name: names.get(club_id) ?? `club ${club_id}` });
}
