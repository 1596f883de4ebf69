/**
 * Attendees made, corrected and removed by hand. Ticketing does it, as for every ticket; a payment's attendee is corrected
 * by the payment's overrides, so that no webhook undoes it.
 */
import { createHash } from 'node:crypto';
import type { Admission, Admitted } from '../../../shared/bus/requests.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { type AttendeeDoc, UNSENT_STATES } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import { givenDetails } from '../../../shared/student/fields.ts';
import { askService } from '../ask-service.ts';
import { visibleEvent } from '../auth/scope.ts';
import type { Call, SignedIn } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { changePayment } from '../payments/change.ts';
import { detailsOf, faultsOf, type Given } from './fields.ts';
import { loadAttendee } from './load.ts';

export type Asker = Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId'>;

const PATIENCE_MS = 15_000;

export function admitted(given: Given): Admitted {
  const details = givenDetails(detailsOf(given));
  return { details, email: usableAddress(details.email) };
}

function refuseFaults(given: Given): void {
  const faults = faultsOf(given);
  if (faults.length > 0) throw faulty(422, faults);
}

/** Each with what became of it, in order. @throws Problem 404, 409, 503 */
export async function admit(
  { gateway, user, correlationId }: Asker,
  eventId: number,
  people: readonly Admitted[],
  timeoutMs = PATIENCE_MS,
): Promise<Admission[]> {
  const answer = await askService(
    gateway.bus,
    'ticketing.admit',
    { event_id: eventId, people: [...people], requested_by: user.username },
    { timeoutMs, correlationId },
  );
  return answer.people;
}

/** A key is its caller's own, at one event. With somebody else typed into the form that has it, it is another request. */
const requestId = ({ user }: Asker, eventId: number, key: string, person: Admitted): string =>
  createHash('sha256')
    .update(JSON.stringify([user.id, eventId, key, person]))
    .digest('base64url');

/** Again with the same key and the same person: the attendee that was made. @throws Problem 404, 409, 422, 503 */
export async function addAttendee(call: Asker, eventId: number, given: Given, key?: string): Promise<AttendeeDoc> {
  await visibleEvent(call.gateway, call.user, eventId);
  refuseFaults(given);
  const person = admitted(given);
  const [admission] = await admit(call, eventId, [
    key === undefined ? person : { ...person, request_id: requestId(call, eventId, key, person) },
  ]);
  if (admission?.kind === 'there')
    throw new Problem(409, {
      detail: `attendee ${admission.attendee_id} has this roll number already`,
      attendee_id: admission.attendee_id,
    });
  if (admission?.kind !== 'added')
    throw new Problem(409, { detail: 'the event is full; raise its capacity, or remove somebody' });
  return loadAttendee(call.gateway, call.user, admission.attendee_id);
}

/** Once a ticket is over there is one thing left to correct: where its cancellation goes that reached nobody. @throws Problem 409 */
async function refuseOver(store: Store, { _id, live }: AttendeeDoc): Promise<void> {
  if (live || (await store.mails.exists({ attendee_id: _id, kind: 'cancellation', state: { $in: UNSENT_STATES } })))
    return;
  throw new Problem(409, { detail: 'the ticket was taken away and no mail about it is waiting: nothing to correct' });
}

/** @throws Problem 404, 409, 422, 503 */
export async function changeAttendee(call: Asker, id: number, given: Given): Promise<AttendeeDoc> {
  const { gateway, user, correlationId } = call;
  const before = await loadAttendee(gateway, user, id);
  refuseFaults(given);
  if (before.redacted_at) throw new Problem(409, { detail: `the personal data of attendee ${id} was erased` });
  await refuseOver(gateway.store, before);
  if (before.payment_id !== null) await changePayment(before.payment_id, { details: detailsOf(given) }, call);
  else
    await askService(
      gateway.bus,
      'ticketing.correct',
      { attendee_id: id, changes: detailsOf(given), requested_by: user.username },
      { timeoutMs: PATIENCE_MS, correlationId },
    );
  return loadAttendee(gateway, user, id);
}

/** The ticket is void from now on; nothing is erased. Again: the same. @throws Problem 404, 503 */
export async function removeAttendee({ gateway, user, correlationId }: Asker, id: number): Promise<AttendeeDoc> {
  await loadAttendee(gateway, user, id);
  await askService(
    gateway.bus,
    'ticketing.revoke',
    { attendee_id: id, requested_by: user.username },
    { timeoutMs: PATIENCE_MS, correlationId },
  );
  return loadAttendee(gateway, user, id);
}
