/** Corrected details of somebody without a payment. A payment's attendee is corrected by its overrides instead. */
import { record } from '../../../shared/audit/index.ts';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { Admitted } from '../../../shared/bus/requests.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import { STUDENT_FIELDS } from '../../../shared/student/fields.ts';
import { studentKey } from '../../../shared/student/key.ts';
import type { SettleTools } from '../settle/settle.ts';
import { type Asked, finishByHand, pendingBy } from './finish.ts';

/** @throws RequestFailed 404, 409 */
export async function correct(
  tools: SettleTools,
  id: number,
  { details, email }: Admitted,
  asked: Asked,
): Promise<{ changed: boolean }> {
  const { store } = tools;
  const before = await store.attendees.findById(id).lean<AttendeeDoc>();
  if (!before) throw new RequestFailed(404, `there is no attendee ${id}`);
  if (before.redacted_at) throw new RequestFailed(409, `the personal data of attendee ${id} was erased`);
  const fields = STUDENT_FIELDS.filter((field) => details[field] !== before.details?.[field]);
  if (email !== before.email && !fields.includes('email')) fields.push('email');
  if (fields.length === 0) return { changed: false };
  const changed = await store.attendees
    .findOneAndUpdate(
      { _id: id, payment_id: null, redacted_at: null },
      { $set: { details, email, student_key: studentKey(details), pending: pendingBy(asked, new Date()) } },
      { returnDocument: 'after' },
    )
    .lean<AttendeeDoc>()
    .catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
      throw new RequestFailed(409, 'another attendee of this event has this roll number');
    });
  if (!changed) throw new RequestFailed(409, 'this attendee has paid meanwhile; try again');
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
