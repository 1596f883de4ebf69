/** What the API takes and says of an attendee. */
import { z } from 'zod';
import { MAIL_STATES, TICKET_END_REASONS } from '../../../shared/store/documents.ts';
import { line, someText } from '../http/texts.ts';

const at = z.iso.datetime();
const said = z.string().nullable();

export const attendeeAnswer = z
  .strictObject({
    id: z.int(),
    event_id: z.int(),
    payment_id: said.describe('Null: made by hand.'),
    name: said,
    email: said.describe('Where the mail goes.'),
    roll_number: said,
    branch: said,
    year: said,
    section: said,
    phone: said,
    gender: said,
    college_name: said,
    emergency_contact_number: said,
    live: z.boolean().describe('Holds a seat and a valid ticket.'),
    seat: z.int().nullable(),
    qr_generated: z.boolean().describe('There is a valid QR.'),
    ticket_id: z.string(),
    revoked_reason: z.enum(TICKET_END_REASONS).nullable(),
    email_sent: z.boolean(),
    email_state: z.enum(MAIL_STATES).nullable().describe('Of the mail with the ticket; null: none is owed yet.'),
    email_sent_at: at.nullable().describe('When it went out last; it may be owed once more since.'),
    email_error: said.describe('Of the last try, without addresses.'),
    checked_in: z.boolean(),
    checkin_time: at.nullable(),
    checked_in_by: said,
    gate: said,
    created_at: at,
    redacted_at: at.nullable().describe('When its personal data was erased.'),
  })
  .meta({ id: 'Attendee' });
export type AttendeeAnswer = z.input<typeof attendeeAnswer>;

const field = line(256).nullable().optional();
const year = z
  .union([z.int().min(0).max(9_999), line(256)])
  .transform(String)
  .nullable()
  .optional()
  .describe('As a number or in words.');

const rest = {
  email: field,
  roll_number: field.describe('One ticket a roll number.'),
  branch: field,
  year,
  section: field,
  phone: field,
  gender: field,
  college_name: field,
  emergency_contact_number: field,
};

export const newAttendeeBody = z.strictObject({ name: someText(256), ...rest });

/** Null or "" clears a field; with a payment it is then as the notes say. */
export const changedAttendeeBody = z
  .strictObject({ name: someText(256).optional(), ...rest })
  .refine((change) => Object.keys(change).length > 0, 'name at least one field')
  .meta({ minProperties: 1 });

export const newAttendeeExample = {
  name: 'Asha Rao',
  email: 'asha@example.edu',
  roll_number: '21CS042',
  branch: 'CSE',
  year: 3,
  section: 'B',
  phone: '9800000001',
  gender: 'F',
};

export const attendeeExample: AttendeeAnswer = {
  id: 1,
  event_id: 1,
  payment_id: null,
  ...newAttendeeExample,
  year: '3',
  college_name: null,
  emergency_contact_number: null,
  live: true,
  seat: 1,
  qr_generated: true,
  ticket_id: 'h4tYt1Rz0v2cJm8sQ5bXnA',
  revoked_reason: null,
  email_sent: true,
  email_state: 'sent',
  email_sent_at: '2026-11-18T11:06:44.000Z',
  email_error: null,
  checked_in: false,
  checkin_time: null,
  checked_in_by: null,
  gate: null,
  created_at: '2026-11-18T11:06:43.000Z',
  redacted_at: null,
};

/** What became of many at once. */
export const bulkAnswer = z
  .strictObject({
    message: z.string(),
    total: z.int(),
    success: z.int(),
    failed: z.int(),
    errors: z.array(z.strictObject({ attendee_id: z.int().nullable(), payment_id: said, message: z.string() })),
  })
  .meta({ id: 'BulkResult' });
export type BulkAnswer = z.input<typeof bulkAnswer>;
