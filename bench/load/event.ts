/** The event that payments of a benchmark are for: open, with a price that they pay, and in a month from now. */
import { event } from '../../services/gateway/testing/documents.ts';
import type { Store } from '../../shared/store/index.ts';
import { PRICE } from './books.ts';

const IN_A_MONTH_MS = 30 * 86_400_000;

export async function prepareEvent(store: Store): Promise<void> {
  const date = new Date(Date.now() + IN_A_MONTH_MS);
  await store.events.create(event(1, { date, prices: [{ amount: PRICE, from: new Date(0) }] }));
}
