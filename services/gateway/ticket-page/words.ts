/** A ticket in words for who holds it: what it is good for, and what to do where it is good for nothing. Pure. */
import { dateFormat } from '../../../shared/date-format.ts';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import { oneLine } from '../../../shared/text.ts';
import type { OpenedTicket } from './open.ts';

export interface TicketView {
  /** 200, or 410: it was one, and opens no door any more. */
  status: 200 | 410;
  tone: 'good' | 'warn' | 'bad';
  /** `Valid`, `Used` … */
  state: string;
  text: string;
  /** Its code, its holder's name and the calendar file are shown. */
  shows: boolean;
}

const written = (timeZone: string, options: Intl.DateTimeFormatOptions) =>
  dateFormat('en-IN', { ...options, timeZone });

/** `Sunday, 20 December 2026 at 6:00 pm`, where the event is. */
export const eventMoment = (at: Date, timeZone: string): string =>
  written(timeZone, { dateStyle: 'full', timeStyle: 'short' }).format(at);
const dayAndTime = (at: Date, timeZone: string): string =>
  written(timeZone, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
const clock = (at: Date, timeZone: string): string => written(timeZone, { timeStyle: 'short' }).format(at);

const good = { status: 200, shows: true } as const;
const ended = { status: 410, tone: 'bad', shows: false } as const;

function valid({ doors_open_at, doors_close_at, timezone }: EventDoc, now: Date): TicketView {
  if (doors_close_at && now > doors_close_at)
    return {
      ...good,
      tone: 'warn',
      state: 'Doors closed',
      text: `Doors closed at ${clock(doors_close_at, timezone)}.`,
    };
  const opens = doors_open_at && now < doors_open_at ? ` Doors open at ${clock(doors_open_at, timezone)}.` : '';
  return {
    ...good,
    tone: 'good',
    state: 'Valid',
    text: `Show this code at the door. It lets one person in, once.${opens}`,
  };
}

const used = ({ checked_in_at }: AttendeeDoc, { timezone }: EventDoc): TicketView => ({
  ...good,
  tone: 'warn',
  state: 'Used',
  text: `Checked in on ${checked_in_at ? dayAndTime(checked_in_at, timezone) : 'that day'}. It opens the door no second time; if that was not you, tell the people at the door.`,
});

export function ticketView({ attendee, event, standing }: Omit<OpenedTicket, 'claims'>, now: Date): TicketView {
  if (standing === 'refunded')
    return { ...ended, state: 'Paid back', text: 'The payment was refunded, so this ticket opens no door any more.' };
  // Whoever has a newer one got it by mail.
  if (standing !== 'ok' && standing !== 'already_checked_in')
    return attendee.live
      ? {
          ...ended,
          state: 'Replaced',
          text: 'A newer ticket took its place. Open the link in the newest mail about it.',
        }
      : {
          ...ended,
          state: 'Void',
          text: 'This ticket was withdrawn. If that comes as a surprise, ask the organisers.',
        };
  if (event.status === 'cancelled')
    return {
      ...{ status: 200, tone: 'bad', shows: false },
      state: 'Event cancelled',
      text: 'The event does not take place. The organisers tell you about your money.',
    };
  return standing === 'already_checked_in' ? used(attendee, event) : valid(event, now);
}

/** What the page says of holder and event: the name, and nothing else of the person. */
export const ticketFacts = ({ attendee, event }: Pick<OpenedTicket, 'attendee' | 'event'>) => ({
  event: oneLine(event.name),
  when: eventMoment(event.date, event.timezone),
  timezone: event.timezone,
  venue: oneLine(event.venue ?? ''),
  name: oneLine(attendee.details?.name ?? ''),
  number: `${event._id}-${attendee._id}`,
});
