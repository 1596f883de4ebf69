/** "Make the QR codes": whoever is held is decided anew, and who still is comes with why. */
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { HOLDS } from '../payments/holds.ts';
import { hastenSettling } from '../settling.ts';
import type { Asker } from './change.ts';
import type { BulkAnswer } from './schema.ts';

const TOLD = 200;

export async function makeTickets(
  { gateway, correlationId }: Pick<Asker, 'gateway' | 'correlationId'>,
  eventId: number,
): Promise<BulkAnswer> {
  const { store } = gateway;
  await hastenSettling(gateway, { event_id: eventId }, correlationId);
  const held = { event_id: eventId, 'outcome.kind': 'held' as const };
  const [success, failed, told] = await Promise.all([
    store.attendees.countDocuments({ event_id: eventId, live: true }),
    store.payments.countDocuments(held),
    store.payments.find(held, { outcome: 1, attendee_id: 1 }).sort({ _id: 1 }).limit(TOLD).lean<PaymentDoc[]>(),
  ]);
  return {
    message: failed === 0 ? `all ${success} tickets have their QR` : `${failed} payments are held and have no ticket`,
    total: success + failed,
    success,
    failed,
    errors: told.map(({ _id, attendee_id, outcome }) => ({
      attendee_id: attendee_id ?? null,
      payment_id: _id,
      message: outcome?.reason ? HOLDS[outcome.reason].text : 'held',
    })),
  };
}
