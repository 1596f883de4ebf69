/** What the API takes and says of a club. */
import { z } from 'zod';
import { address, telephone } from '../http/contacts.ts';
import { nullable } from '../http/nullable.ts';
import { someText, text } from '../http/texts.ts';

const name = someText(200);
const contact = {
  description: text(5_000).nullable().optional(),
  email: address.optional(),
  phone: telephone.optional(),
  active: z.boolean().optional().describe('false: its members cannot sign in; its events go on.'),
};

export const newClubBody = z.strictObject({ name, ...contact });
export const changedClubBody = z
  .strictObject({ name: name.optional(), ...contact })
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change')
  .meta({ minProperties: 1 });

export type NewClub = z.output<typeof newClubBody>;
export type ClubChange = z.output<typeof changedClubBody>;

/** Beside another thing: whose it is. */
export const clubName = z.strictObject({ id: z.int(), name: z.string() }).meta({ id: 'ClubName' });

const at = z.iso.datetime();

const club = {
  id: z.int(),
  name: z.string(),
  description: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  active: z.boolean(),
  total_members: z.int(),
  total_events: z.int(),
  created_at: at,
  created_by: z.string(),
  updated_at: at,
};

export const clubAnswer = z.strictObject(club).meta({ id: 'Club' });

/** Of whoever asks: they may have none. */
export const ownClubAnswer = z.strictObject(nullable(club)).meta({ id: 'OwnClub' });

export const clubNameExample = { id: 1, name: 'Music Club' };

export const clubExample = {
  ...clubNameExample,
  description: null,
  email: 'music@example.edu',
  phone: '+91 98000 00003',
  active: true,
  total_members: 4,
  total_events: 2,
  created_at: '2026-09-01T04:30:00.000Z',
  created_by: 'admin',
  updated_at: '2026-09-01T04:30:00.000Z',
};
