/** How many came in through each gate. */
import type { Store } from '../../../shared/store/index.ts';

export interface GateCount {
  /** Null: the scanner named none. */
  gate: string | null;
  checked_in: number;
  last_checkin_at: string;
}

export async function countGates(store: Store, eventId: number): Promise<GateCount[]> {
  const rows = await store.attendees.aggregate<{ _id: string | null; count: number; last: Date }>([
    { $match: { event_id: eventId, live: true, checked_in_at: { $ne: null } } },
    {
      $group: { _id: { $ifNull: ['$checked_in_gate', null] }, count: { $sum: 1 }, last: { $max: '$checked_in_at' } },
    },
    { $sort: { _id: 1 } },
  ]);
  return rows.map(({ _id, count, last }) => ({
    gate: _id,
    checked_in: count,
    last_checkin_at: last.toISOString(),
  }));
}
