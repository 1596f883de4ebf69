/** Whom a student can ask about an event: its club, where it says how to be reached. */
import type { Store } from '../../../shared/store/index.ts';

export interface Organisers {
  name: string;
  email: string | null;
  phone: string | null;
}

export async function organisersOf(store: Store, eventId: number): Promise<Organisers | null> {
  const event = await store.events.findById(eventId, { club_id: 1 }).lean();
  const club = event?.club_id == null ? null : await store.clubs.findById(event.club_id).lean();
  if (!club || !(club.email || club.phone)) return null;
  return { name: club.name, email: club.email ?? null, phone: club.phone ?? null };
}
