import { z } from 'zod';
import { record } from '../../../../shared/audit/index.ts';
import type { AttendeeDoc } from '../../../../shared/store/documents.ts';
import { type CheckinResult, checkIn } from '../../checkin/check-in.ts';
import { CHECKIN_REASONS, inWords } from '../../checkin/reasons.ts';
import { type Call, route, type SignedIn } from '../../http/route.ts';

const body = z.strictObject({
  qr_token: z.string().trim().min(1).max(2_000).describe('The text in the QR code.'),
  event_id: z.int().positive().optional().describe('The event at this gate; without it, any event’s ticket is taken.'),
  nonce: z
    .string()
    .min(8)
    .max(64)
    .optional()
    .describe('Made by the scanner for each scan: sent again with it, a scan is the same scan.'),
});

const attendee = z
  .strictObject({
    id: z.int(),
    event_id: z.int(),
    name: z.string().nullable(),
    roll_number: z.string().nullable(),
    college_name: z.string().nullable(),
    department: z.string().nullable(),
    year_of_study: z.string().nullable(),
    section: z.string().nullable(),
  })
  .meta({ id: 'GateAttendee' });

const answer = z
  .strictObject({
    success: z.boolean(),
    message: z.string(),
    reason: z.enum(CHECKIN_REASONS),
    attendee: attendee.nullable(),
    checked_in_at: z.iso.datetime().nullable(),
    checked_in_by: z.string().nullable(),
  })
  .meta({ id: 'CheckinResult' });

/** What the gate needs to know a person by: no address, no phone, no emergency contact. */
function present({ _id, event_id, details }: AttendeeDoc): z.input<typeof attendee> {
  const { name, roll_number, college_name, department, year_of_study, section } = details ?? {};
  return {
    id: _id,
    event_id,
    name: name ?? null,
    roll_number: roll_number ?? null,
    college_name: college_name ?? null,
    department: department ?? null,
    year_of_study: year_of_study ?? null,
    section: section ?? null,
  };
}

/** The ticket is checked in already: a trail that cannot be written is logged, and lets nobody wait at the gate. */
async function audit(
  result: CheckinResult,
  { gateway, user, correlationId, log }: Call<unknown, unknown, unknown, SignedIn>,
) {
  const { reason, claims, attendee: person } = result;
  try {
    await record(gateway.store, [
      {
        action: reason === 'ok' ? 'checkin.accepted' : 'checkin.refused',
        actor: user.username,
        subject: person ? `attendee:${person._id}` : 'ticket',
        payment_id: person?.payment_id ?? null,
        event_id: claims?.event ?? null,
        attendee_id: person?._id ?? null,
        correlation_id: correlationId,
        facts: { reason },
      },
    ]);
  } catch (error) {
    log.error({ err: error, attendee_id: person?._id, reason }, 'checkin: the audit trail could not be written');
  }
}

export const scan = route({
  id: 'scanTicket',
  method: 'POST',
  path: '/api/checkin/scan',
  tag: 'check-in',
  summary: 'Check a ticket in',
  description:
    'One atomic step: of any number of scans of one ticket at once exactly one succeeds. A refused ticket is answered 200 too, with its reason.',
  access: 'any',
  body: { schema: body, example: { qr_token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ij…', event_id: 1 } },
  answers: {
    200: {
      description: 'Let in (`success`), or not and why.',
      schema: answer,
      example: {
        success: true,
        message: 'Welcome, Asha Rao',
        reason: 'ok',
        attendee: {
          id: 1,
          event_id: 1,
          name: 'Asha Rao',
          roll_number: '21CS042',
          college_name: 'Example Institute',
          department: 'CSE',
          year_of_study: null,
          section: null,
        },
        checked_in_at: '2026-11-21T12:41:09.000Z',
        checked_in_by: 'gate1',
      },
    },
  },
  async handle(call) {
    const { body: given, user, gateway } = call;
    const result = await checkIn(gateway, {
      token: given.qr_token,
      eventId: given.event_id,
      nonce: given.nonce,
      by: user.username,
    });
    const { reason, attendee: person, event, repeated } = result;
    if (!repeated) {
      gateway.metrics.checkins.inc({ reason });
      await audit(result, call);
    }
    return {
      status: 200,
      body: {
        success: reason === 'ok',
        message: inWords(reason, person, event),
        reason,
        attendee: person && present(person),
        checked_in_at: person?.checked_in_at?.toISOString() ?? null,
        checked_in_by: person?.checked_in_by ?? null,
      },
    };
  },
});
