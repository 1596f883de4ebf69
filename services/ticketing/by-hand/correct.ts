/** Corrected details of somebody without a payment. A payment's attendee is corrected by its overrides instead. */
import { record } from '../../../shared/audit/index.ts';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import { type DetailChanges, givenDetails, STUDENT_FIELDS } from '../../../shared/student/fields.ts';
import { keysOfRoll, rollOf, studentKey } from '../../../shared/student/key.ts';
import type { SettleTools } from '../settle/settle.ts';
import { asRead } from '../settle/told.ts';
import { type Asked, finishByHand, pendingBy } from './finish.ts';

/** Somebody else corrected something: so often it is read again. */
const TRIES = 5;

const taken = () => new RequestFailed(409, 'another attendee of this event has this roll number');

/** With another college it would be another key: as when somebody is added, the roll number alone counts. @throws RequestFailed 409 */
async function refuseOthersRoll(store: Store, { _id, event_id, student_key }: AttendeeDoc, key: string | null) {
  if (key === null || rollOf(key) === (student_key && rollOf(student_key))) return;
  const there = await store.attendees.exists({
    ...{ event_id, live: true, student_key: keysOfRoll(key) },
    _id: { $ne: _id },
  });
  if (there) throw taken();
}

function corrected(before: AttendeeDoc, changes: DetailChanges) {
  const details = givenDetails({ ...before.details, ...changes });
  const email = changes.email === undefined ? before.email : usableAddress(changes.email);
  const fields = STUDENT_FIELDS.filter((field) => details[field] !== before.details?.[field]);
  return { details, email, fields };
}

/** @throws RequestFailed 404, 409 */
export async function correct(
  tools: SettleTools,
  id: number,
  changes: DetailChanges,
  asked: Asked,
): Promise<{ changed: boolean }> {
  const { store } = tools;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await store.attendees.findById(id).lean<AttendeeDoc>();
    if (!before) throw new RequestFailed(404, `there is no attendee ${id}`);
    if (before.redacted_at) throw new RequestFailed(409, `the personal data of attendee ${id} was erased`);
    if (before.payment_id !== null) throw new RequestFailed(409, 'this attendee has paid meanwhile; try again');
    const { details, email, fields } = corrected(before, changes);
    if (fields.length === 0 && email === before.email) return { changed: false };
    const student_key = studentKey(details);
    await refuseOthersRoll(store, before, student_key);
    const changed = await store.attendees
      .findOneAndUpdate(
        { _id: id, payment_id: null, redacted_at: null, ...asRead(before) },
        { $set: { details, email, student_key, pending: pendingBy(asked, new Date()) } },
        { returnDocument: 'after' },
      )
      .lean<AttendeeDoc>()
      .catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
        throw taken();
      });
    if (!changed) continue;
    await record(store, [
      {
        action: 'attendee.changed',
        actor: asked.by,
        subject: `attendee:${id}`,
        event_id: changed.event_id,
        attendee_id: id,
        correlation_id: asked.correlationId,
        facts: { fields },
      },
    ]);
    await finishByHand(tools, changed);
    return { changed: true };
  }
  throw new RequestFailed(409, 'this attendee changed at this very moment; try again');
}
