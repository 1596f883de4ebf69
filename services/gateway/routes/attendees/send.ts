/** Mails and QR codes: one attendee's ticket sent again, or an event's. By the names that clients know them under. */
import { z } from 'zod';
import { presentOneAttendee } from '../../attendees/load.ts';
import { resendEvent, resendTicket } from '../../attendees/mails.ts';
import { attendeeAnswer, attendeeExample, type BulkAnswer, bulkAnswer } from '../../attendees/schema.ts';
import { makeTickets } from '../../attendees/tickets.ts';
import { visibleEvent } from '../../auth/scope.ts';
import { type Route, route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;

const sent = z.strictObject({ message: z.string(), attendee: attendeeAnswer }).meta({ id: 'TicketSent' });
const SAID = 'the ticket is on its way again';

const sendAgain = (id: string, path: string, summary: string): Route =>
  route({
    id,
    method: 'POST',
    path: `/api/attendees/{id}/${path}`,
    tag: 'attendees',
    summary,
    description: 'The mail with the QR goes out again, to the address as it is now. A few times in ten minutes.',
    access: ROLES,
    params: z.strictObject({ id: smallId('attendee') }),
    answers: {
      200: {
        description: 'It goes out within moments.',
        schema: sent,
        example: { message: SAID, attendee: { ...attendeeExample, email_sent: false, email_state: 'owed' } },
      },
    },
    problems: {
      409: 'There is no address, no valid ticket, or it is being sent right now.',
      429: 'Sent too often just now; `Retry-After` says when to come again.',
      503: 'The bus or ticketing is away; nothing was sent.',
    },
    async handle(call) {
      const attendee = await resendTicket(call, call.params.id);
      return { status: 200, body: { message: SAID, attendee: await presentOneAttendee(call.gateway.store, attendee) } };
    },
  });

export const sendEmailRoute = sendAgain('sendEmail', 'send-email', 'Send the ticket');
export const resendQrRoute = sendAgain('resendQr', 'resend-qr', 'Send the QR again');

const allSaid: BulkAnswer = {
  message: 'all 412 tickets have their QR',
  total: 412,
  success: 412,
  failed: 0,
  errors: [],
};

const generate = (id: string, path: string): Route =>
  route({
    id,
    method: 'POST',
    path: `/api/events/{id}/${path}`,
    tag: 'attendees',
    summary: 'Make the QR codes that are missing',
    description:
      'Everybody with a ticket has one; this decides anew what is held, and says who still has none and why.',
    access: ROLES,
    params: z.strictObject({ id: smallId('event') }),
    answers: {
      200: {
        description: 'Held payments are the failed ones; the first 200 with their reason.',
        schema: bulkAnswer,
        example: allSaid,
      },
    },
    async handle(call) {
      await visibleEvent(call.gateway, call.user, call.params.id);
      return { status: 200, body: await makeTickets(call, call.params.id) };
    },
  });

export const generateQrCodesRoute = generate('generateQrCodes', 'generate-qr-codes');
export const generateQrRoute = generate('generateQr', 'generate-qr');

export const sendEmailsRoute = route({
  id: 'sendEmails',
  method: 'POST',
  path: '/api/events/{id}/send-emails',
  tag: 'attendees',
  summary: 'Send an event’s mails that did not arrive',
  description: 'Those that wait or failed, at most 1,000 of each at once. What was sent is not sent again.',
  access: ROLES,
  params: z.strictObject({ id: smallId('event') }),
  answers: {
    200: {
      description: 'Failed: those without an address; the first 200 one by one.',
      schema: bulkAnswer,
      example: { ...allSaid, message: '412 mails are on their way again' },
    },
  },
  problems: { 503: 'The bus or ticketing is away; the mails are as they were.' },
  async handle(call) {
    await visibleEvent(call.gateway, call.user, call.params.id);
    return { status: 200, body: await resendEvent(call, call.params.id) };
  },
});
