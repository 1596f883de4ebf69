/** What the API takes and says of an event. */
import { z } from 'zod';
import { QR_CODE_ID } from '../../../shared/razorpay/ids.ts';
import { EVENT_STATUSES, ROLES } from '../../../shared/store/documents.ts';
import { clubName, clubNameExample } from '../clubs/schema.ts';
import { momentText } from '../http/moments.ts';
import { line, someText, text } from '../http/texts.ts';

const name = someText(200);
const date = momentText;
const timezone = z
  .string()
  .max(64)
  .meta({ description: 'An IANA timezone; 422 where there is no such one.', examples: ['Asia/Kolkata'] });
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'must be three letters, like INR')
  .toUpperCase();
const status = z.enum(EVENT_STATUSES);

/** Null, or left empty in a form, clears these. */
const clearable = {
  description: text(5_000).nullable(),
  venue: line(500).nullable(),
  slug: z
    .string()
    .max(64)
    .regex(
      /^(?![0-9]+$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$|^$/,
      'must be letters and digits with single dashes, and not only digits',
    )
    .toLowerCase()
    .nullable()
    .describe('What payments may say in notes.event_id instead of the number.'),
  ends_at: momentText.nullable(),
  doors_open_at: momentText.nullable().describe('Tickets are refused before; null: the gate is open.'),
  doors_close_at: momentText.nullable().describe('Tickets are refused after.'),
  closes_at: momentText.nullable().describe('Payments made after this are held.'),
  price: z
    .int('must be a whole number of minor units (paise): 299.00 is 29900')
    .min(0)
    .max(1_000_000_000_000)
    .nullable()
    .describe('In minor units (paise): 299.00 is 29900. Null: any amount will do. A change counts from now on.'),
  capacity: z.int().min(0).max(1_000_000).nullable().describe('Seats; null: no limit.'),
  razorpay_qr_id: z
    .string()
    .regex(new RegExp(`${QR_CODE_ID.source}|^$`), 'must be a QR code’s id, like qr_Qx7Yz8Ab9Cd0Ef')
    .nullable()
    .describe('The Razorpay QR code whose payments are for this event.'),
  club_id: z
    .int()
    .positive()
    .nullable()
    .describe('The club whose organizers run it; null: admins only. An organizer’s is the own club’s.'),
};

const optional = <T extends Record<string, z.ZodType>>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()])) as {
    [K in keyof T]: z.ZodOptional<T[K]>;
  };

const changeable = { ...optional(clearable), ...optional({ timezone, currency, status }) };

export const newEventBody = z.strictObject({ name, date, ...changeable });
export const changedEventBody = z
  .strictObject({ ...optional({ name, date }), ...changeable })
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change')
  .meta({ minProperties: 1 });

export type NewEvent = z.output<typeof newEventBody>;
export type EventChange = z.output<typeof changedEventBody>;

const at = z.iso.datetime();

const creator = z
  .strictObject({ id: z.int(), username: z.string(), full_name: z.string().nullable() })
  .meta({ id: 'Creator' });

export const eventAnswer = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    date: at,
    ends_at: at.nullable(),
    venue: z.string().nullable(),
    slug: z.string().nullable(),
    doors_open_at: at.nullable(),
    doors_close_at: at.nullable(),
    closes_at: at.nullable(),
    timezone: z.string(),
    price: z.int().nullable().describe('In force now, in minor units; null: any amount will do.'),
    prices: z
      .array(z.strictObject({ amount: z.int().nullable(), from: at }))
      .describe(
        'Oldest first. A payment is judged by the price at the time it was made; the first counts before, too.',
      ),
    currency: z.string(),
    capacity: z.int().nullable(),
    razorpay_qr_id: z.string().nullable(),
    status,
    club: clubName.nullable().describe('Whose organizers run it; null: admins only.'),
    closed_at: at.nullable(),
    total_attendees: z.int().describe('With a live ticket.'),
    checked_in_count: z.int(),
    created_at: at,
    created_by: z.string(),
    creator: creator.nullable().describe('Who made it, as they are called now.'),
    updated_at: at,
  })
  .meta({ id: 'Event' });

export const newEventExample = {
  name: 'Freshers’ Night',
  date: '2026-11-21T18:00',
  venue: 'Main auditorium',
  slug: 'freshers-2026',
  price: 29_900,
  capacity: 800,
};

export const eventExample = {
  id: 1,
  name: 'Freshers’ Night',
  description: null,
  date: '2026-11-21T12:30:00.000Z',
  ends_at: null,
  venue: 'Main auditorium',
  slug: 'freshers-2026',
  doors_open_at: null,
  doors_close_at: null,
  closes_at: null,
  timezone: 'Asia/Kolkata',
  price: 29_900,
  prices: [{ amount: 29_900, from: '2026-10-01T04:30:00.000Z' }],
  currency: 'INR',
  capacity: 800,
  razorpay_qr_id: null,
  status: 'open',
  club: clubNameExample,
  closed_at: null,
  total_attendees: 412,
  checked_in_count: 0,
  created_at: '2026-10-01T04:30:00.000Z',
  created_by: 'admin',
  creator: { id: 1, username: 'admin', full_name: null },
  updated_at: '2026-10-01T04:30:00.000Z',
};

export const staffMember = z
  .strictObject({
    id: z.int(),
    username: z.string(),
    full_name: z.string().nullable(),
    role: z.enum(ROLES),
    disabled: z.boolean(),
  })
  .meta({ id: 'StaffMember' });

export const staffExample = { id: 3, username: 'gate1', full_name: 'Gate One', role: 'staff', disabled: false };
