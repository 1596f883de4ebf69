/** What a request makes of an event. Pure. */
import type { EventDoc } from '../../../shared/store/documents.ts';
import { parseMoment } from '../http/moments.ts';
import type { Fault } from '../http/validate.ts';
import type { EventChange, NewEvent } from './schema.ts';

const MOMENTS = ['ends_at', 'doors_open_at', 'doors_close_at', 'closes_at'] as const;
const TEXTS = ['description', 'venue', 'slug', 'razorpay_qr_id'] as const;
const PLAIN = ['name', 'timezone', 'currency', 'capacity', 'status', 'club_id'] as const;

const sameValue = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const currentPrice = (event: EventDoc): number | null => event.prices.at(-1)?.amount ?? null;

/** Closing is remembered with its time, because payments made before it are still ticketed; opening forgets it. */
function closedAt(before: EventDoc, status: EventDoc['status'], now: Date): Date | null {
  if (status === 'open') return null;
  return status === 'closed' ? (before.closed_at ?? now) : before.closed_at;
}

/** The event with these fields changed. */
function applied(event: EventDoc, change: EventChange, now: Date): EventDoc {
  const next: EventDoc = { ...event };
  for (const field of PLAIN) if (change[field] !== undefined) Object.assign(next, { [field]: change[field] });
  for (const field of TEXTS) if (change[field] !== undefined) next[field] = change[field] || null;
  const moment = (text: string) => parseMoment(text, next.timezone);
  if (change.date !== undefined) next.date = moment(change.date) ?? event.date;
  for (const field of MOMENTS) {
    const text = change[field];
    if (text !== undefined) next[field] = text === null ? null : moment(text);
  }
  if (change.price !== undefined && change.price !== currentPrice(event))
    next.prices = [...event.prices, { amount: change.price, from: now }];
  if (change.status !== undefined) next.closed_at = closedAt(event, change.status, now);
  return next;
}

export function newEvent(id: number, input: NewEvent, by: string, now: Date): EventDoc {
  const blank: EventDoc = {
    _id: id,
    name: '',
    slug: null,
    description: null,
    date: now,
    ends_at: null,
    venue: null,
    doors_open_at: null,
    doors_close_at: null,
    closes_at: null,
    closed_at: null,
    timezone: 'Asia/Kolkata',
    currency: 'INR',
    prices: [],
    capacity: null,
    razorpay_qr_id: null,
    status: 'open',
    club_id: null,
    staff: [],
    created_at: now,
    created_by: by,
    updated_at: now,
  };
  return applied(blank, input, now);
}

export interface Changed {
  event: EventDoc;
  /** The fields that really differ, by the API's names. */
  fields: string[];
}

export function changedEvent(event: EventDoc, change: EventChange, now: Date): Changed {
  const next = applied(event, change, now);
  const fields = (Object.keys(change) as (keyof EventChange)[]).filter((field) =>
    field === 'price' ? next.prices !== event.prices : !sameValue(next[field] ?? null, event[field] ?? null),
  );
  // Later than before, whatever the clock does: it is what a change is compared and set by.
  const updatedAt = new Date(Math.max(now.getTime(), event.updated_at.getTime() + 1));
  return { event: { ...next, updated_at: updatedAt }, fields };
}

/** What does not go together. */
export function eventFaults(event: EventDoc): Fault[] {
  const faults: Fault[] = [];
  const ordered = (early: Date | null, late: Date | null, field: string, message: string) => {
    if (early && late && late <= early) faults.push({ field, message });
  };
  ordered(event.date, event.ends_at, 'ends_at', 'must be after date');
  ordered(event.doors_open_at, event.doors_close_at, 'doors_close_at', 'must be after doors_open_at');
  return faults;
}
