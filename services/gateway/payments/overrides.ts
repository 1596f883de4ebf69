/** What people decide about a payment, and the update that stores it. Pure. */
import { z } from 'zod';
import { HOLD_REASONS, type HoldReason } from '../../../shared/outcome.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import { STUDENT_FIELDS, type StudentField } from '../../../shared/student/fields.ts';
import { cleaned } from '../../../shared/student/notes.ts';
import { text } from '../http/texts.ts';
import { MANUAL_STATUSES } from './manual.ts';

const detail = text(256).nullable().optional();

export const paymentChange = z
  .strictObject({
    event_id: z.int().positive().nullable().optional().describe('The event it is for; null: as the notes say.'),
    from_event_id: z
      .int()
      .positive()
      .nullable()
      .optional()
      .describe('With event_id: only while it is for this event; null: only while it is for none.'),
    details: z
      .strictObject(
        Object.fromEntries(STUDENT_FIELDS.map((field) => [field, detail])) as Record<StudentField, typeof detail>,
      )
      .optional()
      .describe('Corrected student fields; null or "": as the notes say, nothing where they say nothing.'),
    ours: z.boolean().optional().describe('true: this payment is ours, whatever its notes say. For admins.'),
    status: z
      .enum(MANUAL_STATUSES)
      .optional()
      .describe(
        'Only of a payment taken by hand, for admins; refunded takes its ticket away, and only without a good ticket it can be created or failed.',
      ),
    release: z
      .union([z.literal(true), z.enum(HOLD_REASONS)], { error: 'must be true, or the reason of a hold' })
      .optional()
      .describe(
        'Let it through although it is held; only for the reason shown now, and for the event that it is for then. A reason: only while that is why it is held.',
      ),
  })
  .refine((change) => Object.keys(change).length > 0, 'name at least one of event_id, details, ours, release, status')
  .meta({ minProperties: 1 });

/** Whether it sets an address that no mail server would take. */
export function hasBadAddress({ details }: PaymentChange): boolean {
  const address = cleaned(details?.email ?? '');
  return address !== undefined && usableAddress(address) === null;
}

export type PaymentChange = z.output<typeof paymentChange>;

export interface OverridesUpdate {
  update: Record<string, Record<string, unknown>>;
  /** What was set or cleared, without values: for the trail. */
  fields: string[];
}

interface ForAnEvent {
  pending: boolean;
  event_id: number | null;
  overrides?: { event_id?: number | null | undefined } | undefined;
}

/** The event that it is for, also where ticketing has yet to do what a person said. */
export const eventOf = ({ pending, event_id, overrides }: ForAnEvent): number | null =>
  (pending ? overrides?.event_id : null) ?? event_id;

/** Whether it will be for another event than it is now, as far as one can tell: the notes may name any. */
const isMoved = ({ event_id }: PaymentChange, { event_id: now, overrides }: PaymentDoc): boolean =>
  event_id === null ? overrides?.event_id !== undefined : event_id !== undefined && event_id !== now;

const nonEmpty = (parts: Record<string, Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));

/**
 * One atomic update: the overrides merged field by field, and the payment pending from `now` on with a new `rev`, so
 * that a settle that runs at the moment does not end on the old inputs. What was let go for one event is not for another.
 */
export function overridesUpdate(
  change: PaymentChange,
  released: HoldReason | null,
  before: PaymentDoc,
  now: Date,
): OverridesUpdate {
  const moved = isMoved(change, before);
  const set: Record<string, unknown> = {};
  const unset: Record<string, unknown> = {};
  const fields: string[] = [];
  const put = (field: string, value: unknown) => {
    fields.push(field);
    if (value === null || value === undefined) unset[`overrides.${field}`] = 1;
    else set[`overrides.${field}`] = value;
  };
  if (change.event_id !== undefined) put('event_id', change.event_id);
  for (const field of STUDENT_FIELDS) {
    const value = change.details?.[field];
    // Said, not left out: what the attendee has of it goes, too, where the payment does not tell it.
    if (value !== undefined) put(`details.${field}`, cleaned(value ?? '') ?? '');
  }
  if (change.ours !== undefined) put('ours', change.ours || null);
  if (released || (moved && before.overrides?.released)) fields.push('released');
  // Also where nothing was: somebody may let it through in this moment.
  if (moved && released) set['overrides.released'] = [released];
  else if (moved) unset['overrides.released'] = 1;
  return {
    update: nonEmpty({
      $set: { ...set, pending: true, pending_since: now, next_at: null, attempts: 0 },
      $unset: unset,
      $addToSet: released && !moved ? { 'overrides.released': released } : {},
      $inc: { rev: 1 },
    }),
    fields,
  };
}
