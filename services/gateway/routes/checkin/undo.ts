import { z } from 'zod';
import { UNDO_REASONS } from '../../../../shared/store/documents.ts';
import { presentGateAttendee } from '../../checkin/present.ts';
import { gateAttendee, gateAttendeeExample } from '../../checkin/schema.ts';
import { auditDoor, doorEntry } from '../../checkin/trail.ts';
import { undoCheckIn } from '../../checkin/undo.ts';
import { route } from '../../http/route.ts';
import { text } from '../../http/texts.ts';
import { smallId } from '../ids.ts';

export const undoCheckInRoute = route({
  id: 'undoCheckIn',
  method: 'POST',
  path: '/api/attendees/{id}/checkin-undo',
  tag: 'check-in',
  summary: 'Take a check-in back',
  description: 'The ticket is good again. Who took it back, and why, is kept and audited.',
  access: 'any',
  params: z.strictObject({ id: smallId('attendee') }),
  body: {
    schema: z.strictObject({
      reason: z.enum(UNDO_REASONS),
      note: text(300).optional().describe('In your own words; kept with the attendee, not in the audit trail.'),
    }),
    example: { reason: 'wrong_person', note: 'Scanned the phone of a friend' },
  },
  answers: {
    200: {
      description: 'Not in any more.',
      schema: gateAttendee,
      example: { ...gateAttendeeExample, checked_in: false, checkin_time: null },
    },
  },
  problems: { 409: 'Not in, or changed by somebody else in this moment.' },
  async handle(call) {
    const { params, body, user, gateway } = call;
    const { attendee, past } = await undoCheckIn(gateway, {
      attendeeId: params.id,
      reason: body.reason,
      note: body.note || null,
      user,
    });
    const facts = {
      reason: body.reason,
      checked_in_by: past.by,
      checked_in_at: past.at.toISOString(),
      gate: past.gate,
    };
    await auditDoor(doorEntry(attendee, call, { action: 'checkin.undone', facts }), call);
    return { status: 200, body: presentGateAttendee(attendee) };
  },
});
