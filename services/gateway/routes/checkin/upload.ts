import { z } from 'zod';
import { username } from '../../auth/user-schema.ts';
import { presentEntry, presentGateAttendee } from '../../checkin/present.ts';
import { inWords } from '../../checkin/reasons.ts';
import {
  checkinAnswer,
  entryAnswer,
  gateAttendee,
  gateAttendeeExample,
  gateName,
  nonce,
  qrToken,
} from '../../checkin/schema.ts';
import { uploadScans } from '../../checkin/upload.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { moment } from '../../http/moments.ts';
import { route } from '../../http/route.ts';
import { someText } from '../../http/texts.ts';

const when = {
  at: moment.describe('When, by the door’s clock.'),
  nonce,
  recorded_by: username
    .optional()
    .describe(
      'Who stood at the door then, where somebody else may tell of it: the nonce alone makes it the same scan.',
    ),
};
const recorded = z.union([
  z.strictObject({ qr_token: qrToken, ...when }),
  z.strictObject({
    ticket_id: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('Of the offline list: somebody chosen by name.'),
    ...when,
  }),
]);

const answer = z
  .strictObject({
    nonce: z.string(),
    result: z.enum(['ok', 'conflict']),
    reason: checkinAnswer.shape.reason,
    message: z.string(),
    attendee: gateAttendee.nullable(),
    first: entryAnswer.nullable(),
  })
  .meta({ id: 'UploadedScan' });

export const uploadScansRoute = route({
  id: 'uploadScans',
  method: 'POST',
  path: '/api/checkin/upload',
  tag: 'check-in',
  summary: 'Tell whom a door let in without network',
  description:
    'Each is checked in with its own time if it still can be; otherwise it is a conflict, which is kept (/api/events/{id}/conflicts): two doors let the same ticket in, or it was refunded meanwhile. Uploaded again, a scan gets the same answer.',
  access: 'any',
  body: {
    schema: z.strictObject({
      event_id: z.int().positive(),
      gate: gateName.optional(),
      device: someText(60).optional().describe('Which phone it was.'),
      sent_at: moment.optional().describe('The door’s clock now: what it is wrong by is taken off its times.'),
      scans: z.array(recorded).min(1).max(500),
    }),
    example: {
      event_id: 1,
      gate: 'North gate',
      device: 'phone 3',
      sent_at: '2026-11-21T12:55:00.000Z',
      scans: [{ qr_token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ij…', at: '2026-11-21T12:41:09.000Z', nonce: '0b7c9a4e5f' }],
    },
  },
  answers: {
    200: {
      description: 'One for each, in their order.',
      schema: z.array(answer),
      example: [
        {
          nonce: '0b7c9a4e5f',
          result: 'conflict',
          reason: 'already_checked_in',
          message: 'Already in: 21 Nov, 18:09, at South gate, by gate2',
          attendee: gateAttendeeExample,
          first: { at: '2026-11-21T12:39:40.000Z', gate: 'South gate', by: 'gate2' },
        },
      ],
    },
  },
  problems: { 404: 'There is no such event, or it is not yours.' },
  async handle(call) {
    const { body, user, gateway } = call;
    const event = await doorEvent(gateway, user, body.event_id);
    const outcomes = await uploadScans(
      {
        event,
        gate: body.gate ?? null,
        device: body.device ?? null,
        sentAt: body.sent_at,
        scans: body.scans,
      },
      call,
    );
    return {
      status: 200,
      body: outcomes.map(({ nonce: id, reason, attendee, conflict }) => ({
        nonce: id,
        result: conflict ? ('conflict' as const) : ('ok' as const),
        reason,
        // Which other event it is for is not this door's to know.
        message: inWords(reason, { attendee, event: reason === 'wrong_event' ? null : event }),
        attendee: attendee && attendee.event_id === event._id ? presentGateAttendee(attendee) : null,
        first: presentEntry(conflict?.first ?? null),
      })),
    };
  },
});
