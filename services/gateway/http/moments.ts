/** Times as people write them. Pure. */
import { z } from 'zod';
import { dateFormat } from '../../../shared/date-format.ts';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const or = (...parts: string[]) => `(${parts.join('|')})`;
const DAY = or(
  `(19[7-9][0-9]|2[0-9]{3})-${or(
    '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])',
    '(0[469]|11)-(0[1-9]|[12][0-9]|30)',
    '02-(0[1-9]|1[0-9]|2[0-8])',
  )}`,
  `${or('19(7[26]|8[048]|9[26])', '2[0-9](0[48]|[2468][048]|[13579][26])', '2[048]00')}-02-29`,
);
const HOUR = '([01][0-9]|2[0-3])';
const MINUTE = '[0-5][0-9]';
/** The same, with the days that there are, from 1970 to 2999: what JSON Schema can say, so that an API caller knows. */
const MOMENT = new RegExp(
  `^${DAY}([Tt ]${HOUR}:${MINUTE}(:${MINUTE}([.,][0-9]{1,9})?)?([Zz]|[+-]${HOUR}(:?${MINUTE})?)?)?$`,
);
/** Of seconds since 1970: eleven digits are no milliseconds of our time. */
const LAST_SECOND = 99_999_999_999;
const DAY_MS = 86_400_000;

/** What a clock on the wall in `timezone` shows at `at`, as if it were UTC; whole seconds. */
function wallClock(at: number, timezone: string): number {
  const parts = dateFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

const offset = (at: number, timezone: string): number => wallClock(at, timezone) - Math.floor(at / 1_000) * 1_000;

/**
 * The moment when a wall clock in `timezone` shows `wall`. When clocks go back and it shows it twice, the first; when
 * they go forward and it never does, as far after the jump (what Temporal calls "compatible").
 */
function fromWallClock(wall: number, timezone: string): number {
  const before = offset(wall - DAY_MS, timezone);
  const moments = [wall - before, wall - offset(wall + DAY_MS, timezone)];
  const shown = moments.filter((at) => at + offset(at, timezone) === wall);
  return shown.length > 0 ? Math.min(...shown) : wall - before;
}

function zoneOffset(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** ISO 8601, a date or a date and time; without a zone it is meant in `timezone`. Null: it is none, or no such day. */
export function parseMoment(text: string, timezone: string): Date | null {
  const found = ISO.exec(text.trim());
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  const midnight = Date.UTC(year, month - 1, day);
  const there = new Date(midnight);
  if (year < 1970 || there.getUTCMonth() !== month - 1 || there.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const wall = midnight + ((hour * 60 + minute) * 60 + second) * 1_000;
  const zone = found[8];
  return new Date((zone === undefined ? fromWallClock(wall, timezone) : wall - zoneOffset(zone)) + ms);
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** ISO 8601 text; what it means may depend on an event's timezone. */
export const momentText = z
  .string()
  .regex(MOMENT, 'must be a time in ISO 8601, like 2026-11-21T10:00')
  .meta({
    description: 'ISO 8601; without a zone it is meant in `timezone`.',
    examples: ['2026-11-21T10:00', '2026-11-21T10:00:00+05:30'],
  });

/** A moment: ISO 8601 (UTC without a zone), or seconds since 1970. */
export const moment = z
  .union([z.int().min(0).max(LAST_SECOND), z.string().regex(new RegExp(`${MOMENT.source}|^[0-9]{1,11}$`))], {
    error: 'must be ISO 8601, like 2026-11-21T10:00:00+05:30, or whole seconds',
  })
  .meta({
    description: 'ISO 8601 (UTC without a zone), or seconds since 1970.',
    examples: ['2026-11-21T10:00:00+05:30'],
  })
  .transform((value): Date => {
    const at = typeof value === 'string' ? parseMoment(value, 'UTC') : null;
    return at ?? new Date(Number(value) * 1_000);
  });
