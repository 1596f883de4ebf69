/** The event as a calendar file. */
import { createEvent, type DateArray } from 'ics';
import type { EventDoc } from '../store/documents.ts';
import { oneLine, paragraphs } from '../text.ts';

const TWO_HOURS_MS = 2 * 3_600_000;

const utc = (date: Date): DateArray => [
  date.getUTCFullYear(),
  date.getUTCMonth() + 1,
  date.getUTCDate(),
  date.getUTCHours(),
  date.getUTCMinutes(),
];

/** Stands for the ticket's id; no text of a person's has a NUL in it. */
const TICKET = '\0';
/** Of the event that was asked for last: its tickets' files differ in their id alone, and most follow one another. */
let last = { key: '', text: '' };

/** iCalendar text (RFC 5545). @throws Error when the event cannot be written as one */
export function calendarFile(event: EventDoc, ticketId: string): string {
  const { name, date, ends_at, venue, description } = event;
  const key = JSON.stringify([name, date, ends_at, venue, description]);
  if (last.key !== key) last = { key, text: anyTicketsFile(event) };
  return last.text.replace(TICKET, () => ticketId);
}

function anyTicketsFile(event: EventDoc): string {
  const { error, value } = createEvent({
    uid: `${TICKET}@qrflow`,
    productId: 'qrflow',
    title: oneLine(event.name),
    start: utc(event.date),
    startInputType: 'utc',
    end: utc(event.ends_at ?? new Date(event.date.getTime() + TWO_HOURS_MS)),
    endInputType: 'utc',
    ...(event.venue && { location: oneLine(event.venue) }),
    ...(event.description && { description: paragraphs(event.description) }),
    status: 'CONFIRMED',
    method: 'PUBLISH',
  });
  if (error || !value) throw new Error('the calendar file cannot be made', { cause: error });
  return value;
}
