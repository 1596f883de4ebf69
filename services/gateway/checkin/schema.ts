/** What check-in takes and answers over the API. */
import { z } from 'zod';
import { SHOWS_SOMETHING } from '../../../shared/text.ts';
import { someText } from '../http/texts.ts';
import { CHECKIN_REASONS } from './reasons.ts';

export const gateName = someText(60).describe('The gate’s name, as its own count and the answers call it.');
export const nonce = z
  .string()
  .min(8)
  .max(64)
  .describe('Made by the scanner for each scan: sent again with it, a scan is the same scan.');
export const qrToken = z
  .string()
  .max(2_000)
  .regex(SHOWS_SOMETHING, 'must not be empty')
  .describe('The text in the QR code.')
  .transform((text) => text.trim());

/** A ticket that is looked at, or scanned. */
export const ticketBody = {
  qr_token: qrToken,
  event_id: z
    .int()
    .positive()
    .optional()
    .describe('The event at this gate; without it, a ticket of any event that you work at is taken.'),
};

const at = z.iso.datetime().nullable();

export const gateAttendee = z
  .strictObject({
    id: z.int(),
    event_id: z.int(),
    name: z.string().nullable(),
    roll_number: z.string().nullable(),
    college_name: z.string().nullable(),
    department: z.string().nullable(),
    year_of_study: z.string().nullable(),
    section: z.string().nullable(),
    checked_in: z.boolean(),
    checkin_time: at,
  })
  .meta({ id: 'GateAttendee' });

const gate = z.string().nullable();

export const checkinAnswer = z
  .strictObject({
    success: z.boolean(),
    message: z.string().describe('The sentence for the person at the gate.'),
    reason: z.enum(CHECKIN_REASONS),
    attendee: gateAttendee.nullable(),
    event: z
      .strictObject({ id: z.int(), name: z.string() })
      .nullable()
      .describe('The ticket’s; null where it is not known, or not yours.'),
    checked_in_at: at.describe('When they came in: now, or before.'),
    checked_in_by: z.string().nullable(),
    gate: gate.describe('Where.'),
  })
  .meta({ id: 'CheckinResult' });

export const gateAttendeeExample = {
  id: 1,
  event_id: 1,
  name: 'Asha Rao',
  roll_number: '21CS042',
  college_name: 'Example Institute',
  department: 'CSE',
  year_of_study: null,
  section: null,
  checked_in: true,
  checkin_time: '2026-11-21T12:41:09.000Z',
};

export const checkinExample = {
  success: true,
  message: 'Welcome, Asha Rao',
  reason: 'ok',
  attendee: gateAttendeeExample,
  event: { id: 1, name: 'Freshers’ Night' },
  checked_in_at: '2026-11-21T12:41:09.000Z',
  checked_in_by: 'gate1',
  gate: 'North gate',
} as const;

export const ticketExample = { qr_token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ij…', event_id: 1 };

export const entryAnswer = z
  .strictObject({ at: z.iso.datetime(), gate, by: z.string().nullable() })
  .describe('The check-in that counts: when, where, by whom.');
