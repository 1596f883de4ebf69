/** What the gate needs to know a person by: no address, no phone, no emergency contact. */
import type { z } from 'zod';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import type { CheckinResult } from './check-in.ts';
import { type Entry, inWords } from './reasons.ts';
import type { checkinAnswer, entryAnswer, gateAttendee } from './schema.ts';

export function presentGateAttendee(attendee: AttendeeDoc): z.input<typeof gateAttendee> {
  const { name, roll_number, college_name, department, year_of_study, section } = attendee.details ?? {};
  return {
    id: attendee._id,
    event_id: attendee.event_id,
    name: name ?? null,
    roll_number: roll_number ?? null,
    college_name: college_name ?? null,
    department: department ?? null,
    year_of_study: year_of_study ?? null,
    section: section ?? null,
    checked_in: attendee.checked_in_at != null,
    checkin_time: attendee.checked_in_at?.toISOString() ?? null,
  };
}

export function presentCheckin(
  { reason, attendee: holder, event, claims }: CheckinResult,
  success = reason === 'ok',
): z.input<typeof checkinAnswer> {
  // Moved to another event since: how it goes there is not this ticket's door's to know.
  const attendee = holder?.event_id === claims?.event ? holder : null;
  return {
    success,
    message: inWords(reason, { attendee, event }),
    reason,
    attendee: attendee && presentGateAttendee(attendee),
    event: event && { id: event._id, name: event.name },
    checked_in_at: attendee?.checked_in_at?.toISOString() ?? null,
    checked_in_by: attendee?.checked_in_by ?? null,
    gate: attendee?.checked_in_gate ?? null,
  };
}

export const presentEntry = (entry: Entry | null): z.input<typeof entryAnswer> | null =>
  entry && { at: entry.at.toISOString(), gate: entry.gate, by: entry.by };
