/** Sending mails again, as far as somebody may see them. Ticketing does it: the outbox is its own. */
import { Problem } from '../../../shared/http/problem.ts';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { askService } from '../ask-service.ts';
import { eventIdScope, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';
import type { Call, SignedIn } from '../http/route.ts';

const PATIENCE_MS = 10_000;
/** A thousand rows by one click; the next click takes the next. */
const AT_ONCE = 1_000;

type Asker = Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId'>;

/** Of these ids, or of all in a state. @throws Problem 503 */
async function visibleIds(
  gateway: Pick<Gateway, 'store'>,
  user: Viewer,
  filter: Record<string, unknown>,
): Promise<string[]> {
  const found = await gateway.store.mails
    .find({ $and: [await eventIdScope(gateway, user), filter] }, { _id: 1 })
    .limit(AT_ONCE)
    .lean<Pick<MailDoc, '_id'>[]>();
  return found.map(({ _id }) => _id);
}

export interface Resent {
  owed: string[];
  refused: { id: string; reason: string }[];
}

async function resend({ gateway, user, correlationId }: Asker, ids: string[]): Promise<Resent> {
  if (ids.length === 0) return { owed: [], refused: [] };
  return askService(
    gateway.bus,
    'ticketing.resend',
    { mail_ids: ids, requested_by: user.username },
    { timeoutMs: PATIENCE_MS, correlationId },
  );
}

/** @throws Problem 404, 409 with why, 503 */
export async function resendMail(call: Asker, id: string): Promise<void> {
  const [visible] = await visibleIds(call.gateway, call.user, { _id: id });
  if (visible === undefined) throw new Problem(404, { detail: 'there is no such mail' });
  const { refused } = await resend(call, [visible]);
  const [no] = refused;
  if (no) throw new Problem(409, { detail: `this mail is not sent again: ${no.reason}` });
}

/** Those that wait or failed, all or of one event. @throws Problem 503 */
export const resendAll = async (
  call: Asker,
  { state, event_id }: { state: 'owed' | 'failed'; event_id?: number | undefined },
): Promise<Resent> =>
  resend(call, await visibleIds(call.gateway, call.user, { state, ...(event_id !== undefined && { event_id }) }));

/** The mail of a payment's ticket, as it is now. @throws Problem 404, 409, 503 */
export async function resendTicketOf(call: Asker, paymentId: string): Promise<void> {
  const { store } = call.gateway;
  const attendee = await store.attendees.findOne({ payment_id: paymentId, live: true }).lean();
  const mail = attendee
    ? await store.mails.findOne({ ticket_id: attendee.ticket.id, kind: 'ticket' }, { _id: 1 }).lean()
    : null;
  if (!mail) throw new Problem(409, { detail: `${paymentId} has no ticket to send` });
  await resendMail(call, mail._id);
}
