/** Which address was most likely meant, by what everybody has and what the event's other attendees have. */
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { type DomainHabits, domainHabits, likelyMeant } from '../../../shared/student/typo.ts';

/** Enough to know a college's by. */
const LATEST = 500;

export async function habitsOf(store: Store, eventId: number): Promise<DomainHabits> {
  const attendees = await store.attendees
    .find({ event_id: eventId, live: true }, { email: 1 })
    .sort({ _id: -1 })
    .limit(LATEST)
    .lean<Pick<AttendeeDoc, 'email'>[]>();
  return domainHabits(attendees.map(({ email }) => email));
}

/** Null: it looks right, or there is none. */
export const meantAddress = async (
  store: Store,
  eventId: number | null | undefined,
  address: string | null | undefined,
): Promise<string | null> =>
  address?.includes('@') ? likelyMeant(address.trim(), eventId ? await habitsOf(store, eventId) : undefined) : null;

/**
 * Asked before an address is taken: what was chosen of `address` and what was suggested for it. `ask`: choose first. A
 * suggestion counts for the address that it was made for alone.
 */
export async function chosenAddress(
  store: Store,
  eventId: number | null | undefined,
  { address, meant, sure }: { address: string; meant: string | undefined; sure: boolean },
): Promise<{ address: string } | { ask: string }> {
  const hint = sure ? null : await meantAddress(store, eventId, address);
  if (hint === null) return { address };
  return meant === hint ? { address: hint } : { ask: hint };
}
