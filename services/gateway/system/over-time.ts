/** Payments and check-ins over time, counted in the store. */
import type { Gateway } from '../gateway.ts';

type Filter = Record<string, unknown>;

export interface Slot {
  at: Date;
  count: number;
}

/** Every slot from `from` to `to`, the empty ones too. */
export function slots(counted: ReadonlyMap<number, number>, from: Date, to: Date, sizeMs: number): Slot[] {
  const first = Math.floor(from.getTime() / sizeMs) * sizeMs;
  const all: Slot[] = [];
  for (let at = first; at < to.getTime(); at += sizeMs) all.push({ at: new Date(at), count: counted.get(at) ?? 0 });
  return all;
}

/** Captured payments by when they were made. Slots begin at multiples of `sizeMs`, which is whole seconds. */
export async function paymentsOverTime(
  { store }: Pick<Gateway, 'store'>,
  scope: Filter,
  { from, to, sizeMs }: { from: Date; to: Date; sizeMs: number },
): Promise<Slot[]> {
  const size = sizeMs / 1_000;
  const at = '$payment.value.created_at';
  const counted = await store.payments.aggregate<{ _id: number; count: number }>([
    {
      $match: {
        $and: [
          scope,
          {
            'payment.value.created_at': {
              $gte: Math.floor(from.getTime() / 1_000),
              $lt: Math.ceil(to.getTime() / 1_000),
            },
            'payment.value.captured': true,
            'outcome.kind': { $ne: 'foreign' },
          },
        ],
      },
    },
    { $group: { _id: { $subtract: [at, { $mod: [at, size] }] }, count: { $sum: 1 } } },
  ]);
  return slots(new Map(counted.map(({ _id, count }) => [_id * 1_000, count])), from, to, sizeMs);
}

export async function checkinsOverTime(
  { store }: Pick<Gateway, 'store'>,
  scope: Filter,
  { from, to, sizeMs }: { from: Date; to: Date; sizeMs: number },
): Promise<Slot[]> {
  const counted = await store.attendees.aggregate<{ _id: Date; count: number }>([
    { $match: { $and: [scope, { checked_in_at: { $gte: from, $lt: to } }] } },
    {
      $group: {
        _id: { $dateTrunc: { date: '$checked_in_at', unit: 'minute', binSize: sizeMs / 60_000 } },
        count: { $sum: 1 },
      },
    },
  ]);
  return slots(new Map(counted.map(({ _id, count }) => [_id.getTime(), count])), from, to, sizeMs);
}
