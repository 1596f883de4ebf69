/** Sending tickets again: one attendee's, as often as an inbox bears it, or all of an event that did not arrive. */
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { resendAll, resendMail } from '../mails/resend.ts';
import type { Asker } from './change.ts';
import { loadAttendee, ticketMail } from './load.ts';
import type { BulkAnswer } from './schema.ts';

/** @throws Problem 404, 409, 429, 503 */
export async function resendTicket(call: Asker, id: number): Promise<AttendeeDoc> {
  const attendee = await loadAttendee(call.gateway, call.user, id);
  if (attendee.redacted_at) throw new Problem(409, { detail: `the personal data of attendee ${id} was erased` });
  if (!attendee.live) throw new Problem(409, { detail: 'the ticket was taken away; there is nothing to send' });
  if (attendee.email === null)
    throw new Problem(409, { detail: 'there is no address to send it to; give the attendee one first' });
  const mail = await ticketMail(call.gateway.store, attendee);
  if (!mail) throw new Problem(409, { detail: 'the mail is being made right now; try again in a moment' });
  await call.gateway.resendLimit.take(id);
  await resendMail(call, mail._id);
  return attendee;
}

/** How many of one kind are told one by one. */
const TOLD = 200;

/** @throws Problem 503 */
export async function resendEvent(call: Asker, eventId: number): Promise<BulkAnswer> {
  const { store } = call.gateway;
  const failed = await resendAll(call, { state: 'failed', event_id: eventId });
  const waiting = await resendAll(call, { state: 'owed', event_id: eventId });
  const owed = new Set([...failed.owed, ...waiting.owed]);
  const [addressless, lost] = await Promise.all([
    store.mails
      .find({ event_id: eventId, state: 'no_address', kind: 'ticket' }, { attendee_id: 1, payment_id: 1 })
      .sort({ _id: 1 })
      .lean<MailDoc[]>(),
    [...failed.refused, ...waiting.refused].filter(({ id }) => !owed.has(id)),
  ]);
  const errors = [
    ...addressless.map(({ attendee_id, payment_id }) => ({
      attendee_id,
      payment_id: payment_id ?? null,
      message: 'there is no address to send it to; give the attendee one first',
    })),
    ...lost.map(({ id, reason }) => ({ attendee_id: Number(id.split(':')[0]), payment_id: null, message: reason })),
  ];
  return {
    message: `${owed.size} mails are on their way again`,
    total: owed.size + errors.length,
    success: owed.size,
    failed: errors.length,
    errors: errors.slice(0, TOLD),
  };
}
