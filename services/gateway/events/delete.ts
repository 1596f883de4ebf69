/**
 * Deleting an event. Money and tickets are never deleted with it: an event that has any is refused, to be cancelled
 * instead (as ticket shops do). One may be paid for at this very moment: it is cancelled first, what is being settled meanwhile
 * is waited for, and it comes back if that brought it anything.
 */
import { setTimeout } from 'node:timers/promises';
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import type { EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { visibleEvent } from '../auth/scope.ts';
import type { Acting } from '../http/route.ts';
import { hastenSettling } from '../settling.ts';
import { laterThanBefore } from './later.ts';

const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/** What belongs to it, also a payment on its way to it by a person's word. */
async function belongings(store: Store, id: number): Promise<{ payments: number; attendees: number }> {
  const [payments, assigned, attendees] = await Promise.all([
    store.payments.countDocuments({ event_id: id }),
    store.payments.countDocuments({ pending: true, 'overrides.event_id': id, event_id: { $ne: id } }),
    store.attendees.countDocuments({ event_id: id }),
  ]);
  return { payments: payments + assigned, attendees };
}

/** @throws Problem 409 */
async function refuseUsed(store: Store, id: number): Promise<void> {
  const { payments, attendees } = await belongings(store, id);
  if (payments + attendees === 0) return;
  throw new Problem(409, {
    detail: `event ${id} has ${payments} payments and ${attendees} attendees, and they stay; cancel it instead: PUT /api/events/${id} {"status": "cancelled"}`,
    payments,
    attendees,
  });
}

/** Claims of settlings that may have read the event as it was. */
const claimsNow = async (store: Store, tokens?: string[]): Promise<string[]> => {
  const token = tokens && { 'settling.token': { $in: tokens } };
  const found = await store.payments
    .find({ pending: true, 'settling.until': { $gt: new Date() }, ...token }, { settling: 1 })
    .lean();
  return found.flatMap(({ settling }) => settling?.token ?? []);
};

/** @throws Problem 409 when they take too long */
async function settlingsEnd(store: Store): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let claims = await claimsNow(store);
  while (claims.length > 0 && Date.now() < deadline) {
    await setTimeout(LOOK_AGAIN_MS);
    claims = await claimsNow(store, claims);
  }
  if (claims.length > 0)
    throw new Problem(409, { detail: 'payments are being settled right now; try again in a moment' });
}

/** Whoever read it before, to change something else, saves no status over this. */
const setStatus = (store: Store, _id: number, status: Partial<Pick<EventDoc, 'status' | 'closed_at'>>) =>
  store.events.updateOne({ _id }, [{ $set: { ...status, updated_at: laterThanBefore() } }], { updatePipeline: true });

/** As it was; what others changed in it meanwhile stays. */
async function restore(store: Store, event: EventDoc): Promise<void> {
  const { status, closed_at } = event;
  const { matchedCount } = await setStatus(store, event._id, { status, closed_at });
  if (matchedCount === 0) await store.events.create(event);
}

/** @throws Problem 404, 409 for one that has payments or attendees */
export async function deleteEvent(id: number, { gateway, user, correlationId }: Acting): Promise<void> {
  const { store } = gateway;
  const event = await visibleEvent(gateway, user, id);
  await refuseUsed(store, id);
  // Whoever settles a payment from here on gives no ticket for it.
  await setStatus(store, id, { status: 'cancelled' });
  try {
    await settlingsEnd(store);
    await refuseUsed(store, id);
    await store.events.deleteOne({ _id: id });
    await refuseUsed(store, id);
  } catch (error) {
    await restore(store, event);
    throw error;
  } finally {
    gateway.eventFacts.forget(id);
  }
  await store.mailTemplates.deleteOne({ _id: id });
  await record(store, [
    {
      action: 'event.deleted',
      actor: user.username,
      subject: `event:${id}`,
      event_id: id,
      correlation_id: correlationId,
      facts: { club_id: event.club_id ?? null },
    },
  ]);
  await hastenSettling(gateway, { event_id: id }, correlationId);
}
