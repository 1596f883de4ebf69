/** A ticket that a person takes away: for good, whatever its payment does. Erases nothing. */
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { revokeTicket } from '../settle/revoked.ts';
import type { SettleTools } from '../settle/settle.ts';
import { type Asked, finishByHand, pendingBy } from './finish.ts';

/** @throws RequestFailed 404 */
export async function revokeByHand(tools: SettleTools, id: number, asked: Asked): Promise<{ revoked: boolean }> {
  const now = new Date();
  const attendee = await tools.store.attendees.findById(id).lean<AttendeeDoc>();
  if (!attendee) throw new RequestFailed(404, `there is no attendee ${id}`);
  const { attendee: after, revoked } = await revokeTicket(tools.store, attendee, now, {
    reason: 'by_hand',
    pending: pendingBy(asked, now),
  });
  if (revoked) await finishByHand(tools, after);
  return { revoked };
}
