/** What the API takes and says of a user. */
import { z } from 'zod';
import { ROLES } from '../../../shared/store/documents.ts';
import { clubName, clubNameExample } from '../clubs/schema.ts';
import { address } from '../http/contacts.ts';
import { line } from '../http/texts.ts';

export const username = z
  .string()
  .regex(/^[\w.@-]{2,64}$/, 'must be 2 to 64 letters, digits or . _ @ -')
  .describe('2 to 64 letters, digits or . _ @ -');
const fullName = line(200).nullable();
export const newPassword = z
  .string()
  .min(8, 'needs at least 8 characters')
  .max(256, 'may have at most 256 characters')
  .describe('422 where everybody would guess it.');
const role = z
  .enum(ROLES)
  .describe(
    'admin: everything; organizer: the own club’s events and their payments; staff: the door of the events given to them.',
  );
const clubId = z.int().positive().nullable().describe('The club this user belongs to; an organizer has one.');

export const newUserBody = z.strictObject({
  username,
  email: address.optional(),
  full_name: fullName.optional(),
  password: newPassword,
  role,
  club_id: clubId.optional(),
  disabled: z.boolean().optional(),
});

export const changedUserBody = z
  .strictObject({
    username: username.optional().describe('As it is: the trail names people by it, so it stays.'),
    email: address.optional(),
    full_name: fullName.optional(),
    password: newPassword.optional(),
    role: role.optional(),
    club_id: clubId.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change')
  .meta({ minProperties: 1 });

export const userAnswer = z
  .strictObject({
    id: z.int(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    role: z.enum(ROLES),
    club_id: z.int().nullable(),
    club: clubName.nullable(),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    created_by: z.string(),
  })
  .meta({ id: 'User' });

export const userExample = {
  id: 2,
  username: 'gate1',
  email: 'gate1@example.edu',
  full_name: 'Gate One',
  role: 'staff',
  club_id: 1,
  club: clubNameExample,
  disabled: false,
  created_at: '2026-11-01T04:30:00.000Z',
  created_by: 'admin',
};

export type NewUser = z.output<typeof newUserBody>;
export type UserChange = z.output<typeof changedUserBody>;
