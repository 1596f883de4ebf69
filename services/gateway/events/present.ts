/** An event as the API answers it, with the counts of its attendees, its club and who made it. */
import type { z } from 'zod';
import type { EventDoc, UserDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { usernameKey } from '../auth/users.ts';
import { type ClubName, clubNames } from '../clubs/present.ts';
import type { eventAnswer } from './schema.ts';

interface Counts {
  _id: number;
  total: number;
  checkedIn: number;
}

/** Live tickets and check-ins of these events, in one round trip. */
async function countAttendees(store: Store, ids: number[]): Promise<Map<number, Counts>> {
  const counted = await store.attendees.aggregate<Counts>([
    { $match: { event_id: { $in: ids }, live: true } },
    {
      $group: {
        _id: '$event_id',
        total: { $sum: 1 },
        checkedIn: { $sum: { $cond: [{ $eq: [{ $ifNull: ['$checked_in_at', null] }, null] }, 0, 1] } },
      },
    },
  ]);
  return new Map(counted.map((row) => [row._id, row]));
}

/** What stands in other collections about a page of events: three round trips at once, whatever its length. */
async function surroundings(store: Store, events: EventDoc[]) {
  if (events.length === 0) return () => undefined as never;
  const keys = [...new Set(events.map((event) => usernameKey(event.created_by)))];
  const [counts, clubOf, creators] = await Promise.all([
    countAttendees(
      store,
      events.map((event) => event._id),
    ),
    clubNames(store, events),
    store.users.find({ username_key: { $in: keys } }, { username: 1, full_name: 1 }).lean(),
  ]);
  const people = new Map(creators.map((user) => [user.username, user]));
  return (event: EventDoc): Surroundings => ({
    counts: counts.get(event._id),
    club: clubOf(event),
    creator: people.get(event.created_by),
  });
}

interface Surroundings {
  counts: Counts | undefined;
  club: ClubName | null;
  creator: Pick<UserDoc, '_id' | 'username' | 'full_name'> | undefined;
}

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;

function present(event: EventDoc, { counts, club, creator }: Surroundings): z.input<typeof eventAnswer> {
  return {
    id: event._id,
    name: event.name,
    description: event.description ?? null,
    date: event.date.toISOString(),
    ends_at: iso(event.ends_at),
    venue: event.venue ?? null,
    slug: event.slug ?? null,
    doors_open_at: iso(event.doors_open_at),
    doors_close_at: iso(event.doors_close_at),
    closes_at: iso(event.closes_at),
    timezone: event.timezone,
    price: event.prices.at(-1)?.amount ?? null,
    prices: event.prices.map(({ amount, from }) => ({ amount: amount ?? null, from: from.toISOString() })),
    currency: event.currency,
    capacity: event.capacity ?? null,
    razorpay_qr_id: event.razorpay_qr_id ?? null,
    status: event.status,
    club,
    closed_at: iso(event.closed_at),
    total_attendees: counts?.total ?? 0,
    checked_in_count: counts?.checkedIn ?? 0,
    created_at: event.created_at.toISOString(),
    created_by: event.created_by,
    creator: creator ? { id: creator._id, username: creator.username, full_name: creator.full_name ?? null } : null,
    updated_at: event.updated_at.toISOString(),
  };
}

export async function presentEvents(store: Store, events: EventDoc[]): Promise<z.input<typeof eventAnswer>[]> {
  const around = await surroundings(store, events);
  return events.map((event) => present(event, around(event)));
}

export async function presentEvent(store: Store, event: EventDoc): Promise<z.input<typeof eventAnswer>> {
  const around = await surroundings(store, [event]);
  return present(event, around(event));
}
