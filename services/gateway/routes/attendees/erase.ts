import { z } from 'zod';
import { presentOneAttendee } from '../../attendees/load.ts';
import { attendeeAnswer, attendeeExample } from '../../attendees/schema.ts';
import { route } from '../../http/route.ts';
import { eraseAttendee, eraseBody, eraseExample } from '../../privacy/erase.ts';
import { smallId } from '../ids.ts';

const NOBODY = {
  ...{ name: null, email: null, roll_number: null, branch: null, year: null, section: null, phone: null, gender: null },
  ...{ live: false, seat: null, qr_generated: false, revoked_reason: 'by_hand' as const },
  redacted_at: '2026-11-18T12:00:00.000Z',
};

export const eraseAttendeeRoute = route({
  id: 'eraseAttendee',
  method: 'POST',
  path: '/api/attendees/{id}/erase',
  tag: 'attendees',
  summary: 'Erase an attendee’s personal data, for good',
  description:
    'Name, address, numbers and notes go, from the attendee, its payment, its mails and its check-ins; ids, money and times stay. Cannot be undone. Again: nothing more happens.',
  access: ['admin', 'organizer'],
  params: z.strictObject({ id: smallId('attendee') }),
  body: { schema: eraseBody, example: eraseExample },
  answers: {
    200: {
      description: 'The attendee as it is now: nobody’s.',
      schema: attendeeAnswer,
      example: { ...attendeeExample, ...NOBODY },
    },
  },
  problems: {
    409: 'The event is still to come, and the ticket is not given up.',
    503: 'The bus or ticketing is away; look again, it may be half done and is then finished by itself.',
  },
  async handle(call) {
    const attendee = await eraseAttendee(call, call.params.id, call.body);
    return { status: 200, body: await presentOneAttendee(call.gateway.store, attendee) };
  },
});
