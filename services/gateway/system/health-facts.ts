/** What is known about the machinery, read from the store: the gateway asks nobody, so that it can tell when nobody is there. */
import { isTold } from '../../../shared/razorpay/facts.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Gateway } from '../gateway.ts';
import type { HealthFacts, Reach } from './health-words.ts';
import { signingKey } from './signing-key.ts';

const LOOK_BACK_MS = 2 * 3_600_000;
/** A payment is seen by its webhook within seconds; a day lets the last one be found on a quiet event. */
const LAST_MS = 14 * 86_400_000;
/** Younger ones the sweep may rightly see first. */
const LATE_AFTER_MS = 120_000;

async function webhookFacts({ store }: Pick<Gateway, 'store'>, now: Date): Promise<HealthFacts['webhook']> {
  const from = Math.floor((now.getTime() - LOOK_BACK_MS) / 1_000);
  const [recent, last] = await Promise.all([
    store.payments
      .find(
        { 'payment.value.created_at': { $gte: from } },
        { first_source: 1, first_seen_at: 1, 'payment.value.created_at': 1, 'payment.value.status': 1 },
      )
      .limit(2_000)
      .lean<PaymentDoc[]>(),
    store.payments
      .findOne(
        {
          'payment.value.created_at': { $gte: Math.floor((now.getTime() - LAST_MS) / 1_000) },
          first_source: 'webhook',
        },
        { first_seen_at: 1 },
      )
      .sort({ 'payment.value.created_at': -1 })
      .lean(),
  ]);
  const late = recent.filter(
    ({ first_source, first_seen_at, payment }) =>
      payment !== undefined &&
      isTold(payment.value) &&
      first_source === 'sweep' &&
      first_seen_at.getTime() - payment.value.created_at * 1_000 > LATE_AFTER_MS,
  );
  const byWebhook = recent.filter(({ first_source }) => first_source === 'webhook');
  return { last: last?.first_seen_at ?? null, byWebhook: byWebhook.length, late: late.length };
}

async function sweepFacts({ store }: Pick<Gateway, 'store'>, now: Date): Promise<HealthFacts['sweep']> {
  const [schedule, failed, running] = await Promise.all([
    store.schedules.findById('sweep').lean(),
    store.sweeps.findOne({ kind: 'scheduled' }, { error: 1 }).sort({ started_at: -1 }).lean(),
    store.sweeps.exists({ state: 'running', lease_until: { $gte: now } }),
  ]);
  return {
    lastComplete: schedule?.last_complete_at ?? null,
    next: schedule?.next_at ?? null,
    failures: schedule?.failures ?? 0,
    error: failed?.error ?? null,
    watermark: schedule?.watermark ?? null,
    running: running !== null,
  };
}

async function mailFacts({ store }: Pick<Gateway, 'store'>): Promise<HealthFacts['mail']> {
  const RESTING = { state: 'owed' as const, 'error.kind': 'server' };
  const [resting, one, oldest] = await Promise.all([
    store.mails.countDocuments(RESTING),
    store.mails.findOne(RESTING, { error: 1 }).sort({ 'error.at': -1 }).lean(),
    store.mails.findOne({ state: 'owed', error: null }, { due_at: 1 }).sort({ due_at: 1 }).lean(),
  ]);
  return { resting, error: one?.error?.text ?? null, oldestOwed: oldest?.due_at ?? null };
}

async function settlingFacts({ store }: Pick<Gateway, 'store'>): Promise<HealthFacts['settling']> {
  const [pending, oldest] = await Promise.all([
    store.payments.countDocuments({ pending: true }),
    store.payments.findOne({ pending: true }, { pending_since: 1 }).sort({ pending_since: 1 }).lean(),
  ]);
  return { pending, oldest: oldest?.pending_since ?? null };
}

export async function reach({ store, bus }: Pick<Gateway, 'store' | 'bus'>, patienceMs?: number): Promise<Reach> {
  const started = performance.now();
  const answered = await store.ping(patienceMs);
  return { bus: bus.connected(), storeMs: answered ? performance.now() - started : null };
}

/** @throws an error of the store where it is away */
export async function healthFacts(
  gateway: Pick<Gateway, 'store' | 'bus' | 'doorKeys'>,
  now: Date,
  known?: Reach,
): Promise<HealthFacts> {
  const reached = known ?? (await reach(gateway));
  const [webhook, sweep, mail, settling, signing] = await Promise.all([
    webhookFacts(gateway, now),
    sweepFacts(gateway, now),
    mailFacts(gateway),
    settlingFacts(gateway),
    signingKey(gateway),
  ]);
  return { webhook, sweep, mail, settling, signing, ...reached };
}
