/** The page of somebody's ticket, for the desk or the door that shows or prints it for them. */
import { ticketPath } from '../../../shared/ticket/link.ts';
import { askService } from '../ask-service.ts';
import { visibleAttendee } from '../checkin/visible.ts';
import type { Acting } from '../http/route.ts';

const PATIENCE_MS = 5_000;

/** Its path. @throws Problem 404, 409, 503 */
export async function showTicket({ gateway, user, correlationId }: Acting, attendeeId: number): Promise<string> {
  await visibleAttendee(gateway, user, attendeeId);
  const { token } = await askService(
    gateway.bus,
    'ticketing.show',
    { attendee_id: attendeeId, requested_by: user.username },
    { timeoutMs: PATIENCE_MS, correlationId },
  );
  return ticketPath(token);
}
