/** Whether the store says of each payment what Razorpay's books say. */
import { paymentFacts, refundFacts } from '../../../../shared/razorpay/facts.ts';
import { digest } from '../../../../shared/razorpay/version.ts';
import type { Booked } from '../razorpay.ts';
import type { World } from '../world.ts';

/** Facts only: when something was seen, and in which version, is history. */
function difference(booked: Booked, stored: Map<string, Stored>): string | null {
  const doc = stored.get(booked.id);
  if (doc === undefined) return `${booked.id} is not in the store`;
  if (doc.payment?.digest !== digest(paymentFacts(booked)))
    return `${booked.id} is ${booked.status} at Razorpay and ${doc.payment?.value.status ?? 'unseen'} in the store`;
  const refund = booked.refunds.find((one) => doc.refunds?.[one.id]?.digest !== digest(refundFacts(one)));
  return refund === undefined ? null : `${refund.id} differs from Razorpay’s`;
}

type Stored = Awaited<ReturnType<typeof storedPayments>>[number];

const storedPayments = (world: World) => world.store.payments.find({}, { payment: 1, refunds: 1 }).lean();

/** The first difference between Razorpay's books and the store, among these payments (all if absent); null if none. */
export async function factsEqual(world: World, ids?: ReadonlySet<string>): Promise<string | null> {
  const books = await world.razorpay.books();
  const stored = new Map((await storedPayments(world)).map((doc) => [doc._id, doc]));
  const differences = books
    .filter(({ id }) => ids === undefined || ids.has(id))
    .map((booked) => difference(booked, stored))
    .filter((one) => one !== null);
  return differences.length === 0 ? null : `${differences.length} differ: ${differences[0]}`;
}
