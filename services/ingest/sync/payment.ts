/** One payment brought up to date, for somebody at a desk: with its order or QR code, and its refunds. */
import { isAbsent } from '../../../shared/razorpay/absence.ts';
import { refundFacts } from '../../../shared/razorpay/facts.ts';
import { type Register, sightings } from '../../../shared/razorpay/observation.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { NotAtRazorpay } from '../razorpay/errors.ts';
import { readList } from '../sweep/listing.ts';
import { asked, deliver, readable, type Sweep, see, tellAbsent } from '../sweep/sweep.ts';
import { EARLIEST } from '../sweep/window.ts';
import { fetchWhole } from './look-up.ts';

type Stored = PaymentDoc | null;

/** Whether anything in this sight is not in the store yet. */
function brings(sight: Parameters<typeof deliver>[1], stored: Stored): boolean {
  const observation = { id: 'x', source: 'sync', correlation_id: '', ...sight } as const;
  return sightings(observation).some(({ path: [group, id], register }) => {
    const found = (stored as unknown as Record<string, unknown> | null)?.[group];
    const known = (id === undefined ? found : (found as Record<string, unknown> | undefined)?.[id]) as
      | Register<object>
      | undefined;
    return known?.digest !== register.digest;
  });
}

async function refundsOf(sweep: Sweep, paymentId: string) {
  const refunds = new Map<string, ReturnType<typeof refundFacts>>();
  const window = { from: EARLIEST, to: sweep.razorpay.clock.now() + 60 };
  const pages = readList((query) => sweep.razorpay.refundsOf(paymentId, query, asked(sweep)), window, {
    byTime: false,
  });
  for await (const page of pages)
    for (const refund of await readable(sweep, page)) refunds.set(refund.id, refundFacts(refund));
  return [...refunds.values()];
}

/** @throws NotAtRazorpay, after telling the store so if it knows the payment */
export async function syncPayment(sweep: Sweep, paymentId: string): Promise<void> {
  const stored = await sweep.store.payments.findById(paymentId).lean<Stored>();
  try {
    const sight = await fetchWhole(sweep.razorpay, paymentId, asked(sweep));
    see(sweep, paymentId);
    const refunds = sight.payment?.amount_refunded || stored?.refunds ? await refundsOf(sweep, paymentId) : [];
    const whole = refunds.length > 0 ? { ...sight, refunds } : sight;
    const createdAt = sight.payment?.created_at ?? null;
    if ((stored && isAbsent(stored)) || brings(whole, stored))
      await deliver(sweep, whole, stored ? 'changed' : 'missing', createdAt);
    // Whoever asks wants to know what became of it, also when nothing was new.
    else sweep.deliveries.watch(paymentId);
  } catch (error) {
    if (error instanceof NotAtRazorpay && stored && !isAbsent(stored)) await tellAbsent(sweep, paymentId, error);
    throw error;
  }
}
