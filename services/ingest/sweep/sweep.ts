/** One sweep while it runs: what its steps share. */
import type { Logger } from '../../../shared/log/index.ts';
import { isTold } from '../../../shared/razorpay/facts.ts';
import type { SweepCounts } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { IngestMetrics } from '../metrics.ts';
import { type CallOptions, isUnreadable, type Page, type Razorpay } from '../razorpay/client.ts';
import { NotAtRazorpay, RazorpayUnreadable } from '../razorpay/errors.ts';
import type { Deliveries, Sight } from './deliveries.ts';
import type { Window } from './window.ts';

export interface Sweep {
  id: string;
  /** Seconds on Razorpay's clock; steps may look further back than this. */
  window: Window;
  /** Where the list of refunds begins; once a day long before the window. */
  refundsFrom: number;
  razorpay: Razorpay;
  store: Store;
  log: Logger;
  metrics: IngestMetrics;
  signal: AbortSignal;
  deliveries: Deliveries;
  counts: SweepCounts;
  /** Payments seen at Razorpay. */
  seen: Set<string>;
  /** Of these, how much was refunded as the list showed it, minor units; those without a refund are not in it. */
  refunded: Map<string, number>;
  /** Ids of list entries that nobody could read: they stand in the list all the same. */
  odd: Set<string>;
  /** List entries that differ and were asked for by id. */
  askedById: number;
  /** Payments that are new or changed, so that each counts once. */
  news: Map<string, 'missing' | 'changed'>;
  /** Per QR code, up to where its payments were seen: kept when the sweep is complete. */
  qrCodes: Map<string, number>;
  /** Orders that payments of ours were captured through and that were not looked at yet, each with its payments. */
  orders: Map<string, Set<string>>;
  /** Payments of ours that were captured through a QR code that was not looked at yet. */
  coded: Set<string>;
  /** Says which step it is at. */
  at(step: string): void;
  /** Writes its progress down, every few seconds at most. @throws when it is interrupted */
  progress(): Promise<void>;
}

export const noCounts = (): SweepCounts => ({
  calls: 0,
  pages: 0,
  fetched: 0,
  unreadable: 0,
  missing: 0,
  changed: 0,
  published: 0,
  found: 0,
  ticketed: 0,
  held: 0,
  foreign: 0,
  awaiting: 0,
  revoked: 0,
  pending: 0,
});

/** What a sweep is given; the rest it finds out. */
type Given = Pick<
  Sweep,
  'id' | 'window' | 'razorpay' | 'store' | 'log' | 'metrics' | 'signal' | 'deliveries' | 'counts' | 'at' | 'progress'
>;

/** One that has seen nothing yet. */
export const newSweep = (given: Given): Sweep => ({
  ...given,
  refundsFrom: given.window.from,
  seen: new Set(),
  refunded: new Map(),
  odd: new Set(),
  askedById: 0,
  news: new Map(),
  qrCodes: new Map(),
  orders: new Map(),
  coded: new Set(),
});

/** Each try counts as a call. */
export const asked = (sweep: Sweep): CallOptions => ({
  signal: sweep.signal,
  onCall: () => {
    sweep.counts.calls++;
  },
});

/** Younger than this, a webhook may still be on its way: published all the same, but not counted as missed. */
export const YOUNG_SECONDS = 120;

/**
 * Lists lag, so what differs is asked for by id. After an outage that would be thousands of calls: beyond so many a list
 * entry that is ahead of the store, or final, is believed, and the next sweep looks again.
 */
export const MOST_BY_ID = 100;

/** Counts a payment that Razorpay has and we have not, or have differently. `createdAt`: null where no webhook was missed. */
function count(sweep: Sweep, paymentId: string, news: 'missing' | 'changed', createdAt: number | null): void {
  if (sweep.news.has(paymentId)) return;
  sweep.news.set(paymentId, news);
  sweep.counts[news]++;
  if (createdAt === null || createdAt > sweep.razorpay.clock.now() - YOUNG_SECONDS) return;
  sweep.counts.found++;
  sweep.metrics.sweepFound.inc();
}

/** Publishes what is new or changed, and counts it. */
export async function deliver(
  sweep: Sweep,
  sight: Sight,
  news: 'missing' | 'changed',
  createdAt: number | null,
  round = 0,
): Promise<void> {
  if (!(await sweep.deliveries.publish(sight, round))) return;
  sweep.counts.published++;
  const missed = sight.payment === undefined || isTold(sight.payment);
  count(sweep, sight.payment_id, news, missed ? createdAt : null);
}

export function see(sweep: Sweep, paymentId: string): void {
  sweep.seen.add(paymentId);
  sweep.counts.fetched = sweep.seen.size;
}

/** Nobody can read it: it goes to the dead letters, and the sweep counts it, so that its success is no unqualified one. */
async function setAside(sweep: Sweep, raw: unknown, id: string | null): Promise<void> {
  if (!(await sweep.deliveries.publishUnreadable(raw))) return;
  sweep.counts.unreadable++;
  sweep.metrics.unreadable.inc({ source: 'sweep' });
  sweep.log.error({ razorpay_id: id }, 'sweep: an entry cannot be read; it goes to the dead letters');
}

/**
 * Whether a call by id failed for what stands behind that id alone: Razorpay does not know it, or answers what nobody can
 * read, which is set aside. Then the sweep goes on, or one odd payment would keep it from ever being complete.
 */
export async function concernsOnly(sweep: Sweep, id: string, error: unknown): Promise<boolean> {
  if (error instanceof RazorpayUnreadable) await setAside(sweep, error.raw, id);
  return error instanceof RazorpayUnreadable || error instanceof NotAtRazorpay;
}

/** Says that Razorpay does not know this payment; known again, it is told by whoever sees it. */
export async function tellAbsent(sweep: Sweep, payment_id: string, { observedAt }: NotAtRazorpay): Promise<void> {
  if (observedAt !== null) await deliver(sweep, { payment_id, observed_at: observedAt, absent: true }, 'changed', null);
}

/** Counts a page, hands its odd items to the dead letters, and returns the rest. */
export async function readable<T extends object>(sweep: Sweep, page: Page<T>): Promise<T[]> {
  sweep.counts.pages++;
  sweep.metrics.sweepPages.inc();
  const good: T[] = [];
  for (const item of page.items) {
    if (!isUnreadable(item)) good.push(item);
    else {
      if (item.id !== null) sweep.odd.add(item.id);
      await setAside(sweep, item.raw, item.id);
    }
  }
  return good;
}
