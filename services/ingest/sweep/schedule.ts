/**
 * The schedule that replicas share: one document, no leader. Whoever turns its lease from free to theirs runs the next
 * sweep; every later write carries the lease's token, so a replica that lost it changes nothing.
 *
 *   free ──claim (due, lease free or past)──▶ held ──complete──▶ free, next_at = start + interval, watermark moved
 *                                              │──fail───────▶ free, next_at = now + backoff
 *                                              │──release────▶ free, due at once (a tidy stop)
 *                                              └──(death)────▶ past after 60 s, still due
 *
 * Leases compare the replicas' own clocks: they have to agree within seconds, as NTP has them do. What lies further ahead
 * than anybody plans was written by a clock that was wrong: it counts as past, or no sweep would come for as long.
 */
import { randomUUID } from 'node:crypto';
import type { ScheduleDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { LEASE_MS } from './record.ts';

const ID = 'sweep';

type Schedules = Pick<Store, 'schedules'>;

const lease = (token: string) => ({ token, until: new Date(Date.now() + LEASE_MS) });
const held = (token: string) => ({ _id: ID, 'lease.token': token });

/** Due at once, where there is none yet. */
export async function ensureSchedule(store: Schedules): Promise<void> {
  const fresh = {
    next_at: new Date(),
    lease: null,
    watermark: null,
    failures: 0,
    last_complete_at: null,
    qr_codes: {},
  };
  try {
    await store.schedules.updateOne({ _id: ID }, { $setOnInsert: fresh }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

export const readSchedule = (store: Schedules): Promise<ScheduleDoc | null> =>
  store.schedules.findById(ID).lean<ScheduleDoc>();

/** By so much clocks may differ before what one has written is called wrong, ms. */
const SLACK_MS = 60_000;

/** Up to here, and no further, an honest clock plans the next sweep, and lets a lease run. */
const horizons = (now: Date, intervalMs: number) => ({
  next: new Date(now.getTime() + intervalMs + SLACK_MS),
  lease: new Date(now.getTime() + LEASE_MS + SLACK_MS),
});

/** Whether a sweep may begin: pure, on what was read. The claim itself asks again. */
export function isDue({ next_at, lease }: ScheduleDoc, now: Date, intervalMs: number): boolean {
  const most = horizons(now, intervalMs);
  const free = lease === null || lease.until < now || lease.until > most.lease;
  return free && (next_at <= now || next_at > most.next);
}

export interface Claim {
  token: string;
  schedule: ScheduleDoc;
}

/** Takes the lease if a sweep is due and nobody holds it. */
export async function claimSchedule(store: Schedules, intervalMs: number, now = new Date()): Promise<Claim | null> {
  const token = randomUUID();
  const most = horizons(now, intervalMs);
  const due = { $or: [{ next_at: { $lte: now } }, { next_at: { $gt: most.next } }] };
  const past = [{ 'lease.until': { $lt: now } }, { 'lease.until': { $gt: most.lease } }];
  const schedule = await store.schedules
    .findOneAndUpdate(
      { _id: ID, $and: [due, { $or: [{ lease: null }, ...past] }] },
      { $set: { lease: lease(token) } },
      { returnDocument: 'after' },
    )
    .lean<ScheduleDoc>();
  return schedule && { token, schedule };
}

/** False: the lease is somebody else's by now. */
export async function renewLease(store: Schedules, token: string): Promise<boolean> {
  const { matchedCount } = await store.schedules.updateOne(held(token), { $set: { lease: lease(token) } });
  return matchedCount === 1;
}

export interface Completion {
  /** Seconds: the pinned `to` of a complete sweep. */
  watermark: number;
  /** Seconds: up to here it saw the refunds of a month; null: it did not look so far back. */
  refundsTo: number | null;
  qrCodes: ReadonlyMap<string, number>;
  startedAt: Date;
  intervalMs: number;
}

/** Moves the watermark: the only place that does (P7). False: the lease was lost, nothing moved. */
export async function completeSchedule(store: Schedules, claim: Claim, done: Completion): Promise<boolean> {
  const codes = Object.fromEntries([...done.qrCodes].map(([id, to]) => [`qr_codes.${id}`, to]));
  const { matchedCount } = await store.schedules.updateOne(held(claim.token), {
    $set: {
      ...codes,
      ...(done.refundsTo !== null && { refunds_to: done.refundsTo }),
      lease: null,
      // Never back, also when Razorpay's clock was put back.
      watermark: Math.max(claim.schedule.watermark ?? 0, done.watermark),
      failures: 0,
      last_complete_at: new Date(),
      next_at: new Date(done.startedAt.getTime() + done.intervalMs),
    },
  });
  return matchedCount === 1;
}

const FIRST_RETRY_MS = 60_000;

/** After the `failures`th failure in a row: one minute, doubling, never longer than the interval. */
export const retryMs = (failures: number, intervalMs: number): number =>
  Math.min(intervalMs, FIRST_RETRY_MS * 2 ** (failures - 1));

export async function failSchedule(store: Schedules, claim: Claim, intervalMs: number): Promise<void> {
  const failures = claim.schedule.failures + 1;
  const next_at = new Date(Date.now() + retryMs(failures, intervalMs));
  await store.schedules.updateOne(held(claim.token), { $set: { lease: null, failures, next_at } });
}

/** Another replica may go on at once. */
export async function releaseSchedule(store: Schedules, token: string): Promise<void> {
  await store.schedules.updateOne(held(token), { $set: { lease: null, next_at: new Date() } });
}
