/** An event between a form and the API: rupees and paise, a clock on the wall and a moment, empty and none. Pure. */
import { z } from 'zod';
import { dateFormat } from '../../../../../shared/date-format.ts';
import type { Fault } from '../../../http/validate.ts';
import { changedFields, openedField } from '../../changed.ts';

const field = z.string().max(5_000).optional();

export const eventForm = z.strictObject({
  name: field,
  date: field,
  ends_at: field,
  venue: field,
  description: field,
  price: field,
  currency: field,
  capacity: field,
  slug: field,
  timezone: field,
  doors_open_at: field,
  doors_close_at: field,
  closes_at: field,
  razorpay_qr_id: field,
  status: field,
  club_id: field,
});
export const changedEventForm = eventForm.extend({ was: openedField });
export type EventForm = z.output<typeof eventForm>;

const digitsOf = (currency: string): number => {
  try {
    return new Intl.NumberFormat('en-IN', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
};

/** `299`, `1,299.50`, `Rs. 299/-` → minor units; what is no amount stays as it is, to be refused. */
export function minorUnits(typed: string, currency: string): number | string {
  const bare = typed
    .replaceAll(/[\s,₹]/g, '')
    .replace(/^(?:rs\.?|inr)/i, '')
    .replace(/\/-$/, '');
  const found = /^(\d{1,12})(?:\.(\d+))?$/.exec(bare);
  const digits = digitsOf(currency);
  const [, whole, fraction = ''] = found ?? [];
  if (whole === undefined || fraction.length > digits) return typed;
  return Number(whole + fraction.padEnd(digits, '0'));
}

const wholeNumber = (typed: string): number | string => (/^\d{1,9}$/.test(typed) ? Number(typed) : typed);

/** Left empty, these are what the API takes them to be by itself. */
const NEEDED = new Set(['name', 'date', 'timezone', 'currency', 'status']);

/** `blank`: what an empty field means, "leave it out" for a new event, "clear it" for a change. `currency`: where the form names none. */
export function eventBody(form: EventForm, blank: 'absent' | 'cleared', currency = 'INR'): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value = ''] of Object.entries(form)) {
    const typed = value.trim();
    if (typed === '') {
      if (name === 'name' || name === 'date') body[name] = typed;
      else if (blank === 'cleared' && !NEEDED.has(name)) body[name] = null;
    } else if (name === 'price') body.price = minorUnits(typed, form.currency?.trim() || currency);
    else if (name === 'capacity' || name === 'club_id') body[name] = wholeNumber(typed);
    else body[name] = typed;
  }
  return body;
}

/** What a clock at the event shows, as `<input type="datetime-local">` wants it. */
export const wallClock = (at: string | null, timezone: string): string =>
  at === null
    ? ''
    : dateFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
        .format(new Date(at))
        .replace(' ', 'T');

/** The API speaks of paise; whoever fills in the form types rupees. */
const IN_FORM_WORDS: Record<string, string> = {
  price: 'must be an amount, like 299 or 299.50',
  capacity: 'must be a whole number, like 200',
};

/** What a refusal says of a field that was typed as something else, in the form's own words. */
export const inFormWords = ({ field, message }: Fault, body: Record<string, unknown>): Fault => ({
  field,
  message: (typeof body[field] === 'string' && IN_FORM_WORDS[field]) || message,
});

export function majorUnits(minor: number | null, currency: string): string {
  if (minor === null) return '';
  const digits = digitsOf(currency);
  return minor % 10 ** digits === 0 ? String(minor / 10 ** digits) : (minor / 10 ** digits).toFixed(digits);
}

const TIMES = ['date', 'ends_at', 'doors_open_at', 'doors_close_at', 'closes_at'] as const;
type Time = (typeof TIMES)[number];

/** Of an event, what its form shows. */
export type ShownEvent = Record<Time, string | null> & {
  name: string;
  venue: string | null;
  description: string | null;
  price: number | null;
  currency: string;
  capacity: number | null;
  slug: string | null;
  timezone: string;
  razorpay_qr_id: string | null;
  status: string;
  club: { id: number } | null;
};

/** The texts of an event's form. */
export function eventTexts(event: ShownEvent): Record<keyof EventForm, string> {
  const at = (name: Time) => wallClock(event[name], event.timezone);
  return {
    name: event.name,
    venue: event.venue ?? '',
    description: event.description ?? '',
    price: majorUnits(event.price, event.currency),
    currency: event.currency,
    capacity: String(event.capacity ?? ''),
    slug: event.slug ?? '',
    timezone: event.timezone,
    razorpay_qr_id: event.razorpay_qr_id ?? '',
    status: event.status,
    club_id: String(event.club?.id ?? ''),
    date: at('date'),
    ends_at: at('ends_at'),
    doors_open_at: at('doors_open_at'),
    doors_close_at: at('doors_close_at'),
    closes_at: at('closes_at'),
  };
}

/** What is read by another field goes along when that one is changed: the amount, and the clock on the wall, stay as they are shown. */
const READ_BY = { currency: ['price'], timezone: TIMES } as const;

/** What was changed in an event's form, as the API takes it. A time that nobody changed keeps its seconds, which no form shows. */
export function eventChange(
  { was, ...form }: z.output<typeof changedEventForm>,
  now: ShownEvent,
): Record<string, unknown> {
  const shown = eventTexts(now);
  const changed: EventForm = changedFields(form, was, shown);
  for (const by of ['currency', 'timezone'] as const)
    if (changed[by]) for (const name of READ_BY[by]) if (form[name] !== undefined) changed[name] ??= shown[name];
  return eventBody(changed, 'cleared', now.currency);
}
