/** Erasing on request. Ticketing does it, as it alone empties what others wrote; who may ask is decided here. */
import { z } from 'zod';
import type { Requests } from '../../../shared/bus/requests.ts';
import type { AttendeeDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { askService } from '../ask-service.ts';
import { loadAttendee } from '../attendees/load.ts';
import type { Acting } from '../http/route.ts';
import { loadPayment } from '../payments/load.ts';

const PATIENCE_MS = 15_000;

/** A closed list: words of anybody could say whom it is about. */
export const ERASE_REASONS = ['asked', 'mistake', 'other'] as const;

export const eraseBody = z
  .strictObject({
    reason: z
      .enum(ERASE_REASONS)
      .describe('asked: the person wants it; mistake: it should not be here. For the audit trail.'),
    give_up_ticket: z
      .boolean()
      .optional()
      .describe(
        'true: takes the ticket away, or gives up the one that may come. Needed while the event is still to come.',
      ),
  })
  .meta({ id: 'Erasure' });
export type Erasure = z.output<typeof eraseBody>;

export const eraseExample = { reason: 'asked', give_up_ticket: true } as const;

const ask = (
  { gateway, user, correlationId }: Acting,
  whom: Pick<Requests['ticketing.redact']['question'], 'attendee_id' | 'payment_id'>,
  { reason, give_up_ticket = false }: Erasure,
) =>
  askService(
    gateway.bus,
    'ticketing.redact',
    { ...whom, reason, give_up_ticket, requested_by: user.username },
    { timeoutMs: PATIENCE_MS, correlationId },
  );

/** With its payment. Again: nothing more. @throws Problem 404, 409, 503 */
export async function eraseAttendee(call: Acting, id: number, erasure: Erasure): Promise<AttendeeDoc> {
  await loadAttendee(call.gateway, call.user, id);
  await ask(call, { attendee_id: id }, erasure);
  return loadAttendee(call.gateway, call.user, id);
}

/** With its attendee, where there is one. @throws Problem 404, 409, 503 */
export async function erasePayment(call: Acting, id: string, erasure: Erasure): Promise<PaymentDoc> {
  await loadPayment(call.gateway, id, call.user);
  await ask(call, { payment_id: id }, erasure);
  return loadPayment(call.gateway, id, call.user);
}
