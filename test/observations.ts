/** Arbitrary observations of one payment for property tests: few values, so that ties and repeats are common. */
import fc from 'fast-check';
import type { Observation } from '../shared/razorpay/observation.ts';

const seconds = fc.integer({ min: 1_795_000_000, max: 1_795_000_006 });
const notes = fc.constantFrom(
  [],
  [
    { key: 'name', value: 'Asha Rao' },
    { key: 'roll_number', value: '21CS042' },
  ],
  [
    { key: 'event_id', value: '1' },
    { key: 'name', value: 'Asha Rao' },
  ],
  [{ key: '$where.x', value: '{"$gt":""}' }],
);

const refund = (payment_id: string, id: string) =>
  fc.record({
    id: fc.constant(id),
    payment_id: fc.constant(payment_id),
    amount: fc.constantFrom(100, 29_900),
    currency: fc.constant('INR'),
    status: fc.constantFrom('pending', 'processed', 'failed'),
    created_at: seconds,
  });

const dispute = (payment_id: string) =>
  fc.record({
    id: fc.constant('disp_AAAAAAAAAAAAAA'),
    payment_id: fc.constant(payment_id),
    amount: fc.constant(29_900),
    currency: fc.constant('INR'),
    status: fc.constantFrom('open', 'under_review', 'won', 'lost'),
    phase: fc.constant('chargeback'),
    reason_code: fc.constant(null),
    created_at: seconds,
  });

const payment = (id: string) =>
  fc.record({
    id: fc.constant(id),
    amount: fc.constant(29_900),
    currency: fc.constant('INR'),
    status: fc.constantFrom('created', 'failed', 'authorized', 'captured', 'refunded', 'unheard_of'),
    order_id: fc.constantFrom(null, 'order_AAAAAAAAAAAAAA'),
    method: fc.constantFrom('upi', 'card'),
    amount_refunded: fc.constantFrom(0, 100, 29_900),
    refund_status: fc.constantFrom(null, 'partial', 'full'),
    captured: fc.boolean(),
    description: fc.constant(null),
    email: fc.constantFrom(null, 'void@razorpay.com', 'asha@example.edu'),
    contact: fc.constant('+919800000001'),
    notes,
    fee: fc.constantFrom(null, 706),
    tax: fc.constantFrom(null, 108),
    error_code: fc.constant(null),
    error_reason: fc.constant(null),
    rrn: fc.constantFrom(null, '600000000001'),
    created_at: fc.constant(1_795_000_000),
  });

/** Any observation of this payment, touching any of its registers. */
export const anyObservation = (payment_id: string): fc.Arbitrary<Observation> =>
  fc.record(
    {
      id: fc.uuid(),
      payment_id: fc.constant(payment_id),
      source: fc.constantFrom('webhook', 'sweep', 'sync', 'lookup'),
      observed_at: seconds,
      correlation_id: fc.constant('test'),
      payment: payment(payment_id),
      order: fc.record({ id: fc.constant('order_AAAAAAAAAAAAAA'), notes }),
      qr: fc.record({ id: fc.constant('qr_AAAAAAAAAAAAAA'), notes }),
      refunds: fc.tuple(refund(payment_id, 'rfnd_AAAAAAAAAAAAAA'), refund(payment_id, 'rfnd_BBBBBBBBBBBBBB')),
      disputes: fc.tuple(dispute(payment_id)),
      absent: fc.constant(true),
    },
    { requiredKeys: ['id', 'payment_id', 'source', 'observed_at', 'correlation_id'] },
  ) as unknown as fc.Arbitrary<Observation>;
