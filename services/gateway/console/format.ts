/** How the console writes money and times. Pure. */
import { dateFormat } from '../../../shared/date-format.ts';

/** Where QRFlow's students are; an event's own times are shown in the event's timezone. */
export const TIMEZONE = 'Asia/Kolkata';

/** `29900, INR` → ₹299. Currencies have different minor units: the yen has none, the dinar a thousand. */
export function money(minor: number | null | undefined, currency: string | null | undefined): string {
  if (minor === null || minor === undefined) return '–';
  const format = new Intl.NumberFormat('en-IN', {
    style: 'currency',
    currency: currency ?? 'INR',
    // Node knows it, TypeScript's library does not yet.
    ...({ trailingZeroDisplay: 'stripIfInteger' } as object),
  });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

export const count = (value: number): string => new Intl.NumberFormat('en-IN').format(value);

const written = (timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  dateFormat('en-IN', { timeZone, hourCycle: 'h23', ...options });

/** A date, ISO text, or Razorpay's seconds. */
export type Moment = Date | string | number;
export const asDate = (at: Moment): Date => new Date(typeof at === 'number' ? at * 1_000 : at);

/** `25 Nov, 14:32`; with the year where it is another one. */
export function shortTime(at: Moment, now: Date, timeZone = TIMEZONE): string {
  const date = asDate(at);
  const year = (one: Date) => written(timeZone, { year: 'numeric' }).format(one);
  const day = written(timeZone, {
    day: 'numeric',
    month: 'short',
    ...(year(date) !== year(now) && { year: 'numeric' }),
  });
  return `${day.format(date)}, ${written(timeZone, { hour: '2-digit', minute: '2-digit' }).format(date)}`;
}

/** `Wednesday, 25 November 2026 at 14:32:07 IST`. */
export const longTime = (at: Moment, timeZone = TIMEZONE): string =>
  written(timeZone, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(asDate(at));

const SPANS: [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

/** `12 min`, `3 h`, `2 d`; below a minute `moments`. */
export function span(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  for (const [size, unit] of SPANS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return 'moments';
}

/** `12 min ago`, `in 3 h`, `just now`. */
export function ago(at: Moment, now: Date): string {
  const ms = now.getTime() - asDate(at).getTime();
  if (Math.abs(ms) < 60_000) return ms >= 0 ? 'just now' : 'in a moment';
  return ms > 0 ? `${span(ms)} ago` : `in ${span(ms)}`;
}

/** `incomplete_details` → `incomplete details`. */
export const words = (name: string): string => name.replaceAll(/[_.]/g, ' ');
