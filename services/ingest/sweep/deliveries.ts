/**
 * What a sweep has published, and whether it has arrived: "complete" means that every payment it saw is in the store,
 * looked up again after publishing, so that a broker lost with all its messages loses nothing (P8). Keeps versions of
 * what has not arrived only, and publishes no further ahead than so many: a first sweep may publish tens of thousands.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, BusUnavailable, OBSERVED, UNREADABLE } from '../../../shared/bus/index.ts';
import type { OutcomeKind } from '../../../shared/outcome.ts';
import { type Observation, type Register, type Sighting, sightings } from '../../../shared/razorpay/observation.ts';
import { digest } from '../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** What one sight brings; who saw it is known here. */
export type Sight = Omit<Observation, 'id' | 'source' | 'event' | 'correlation_id'>;

/** Published, but not in the store: ticketing is down, or the broker was lost. */
export class NotStored extends Error {
  override readonly name = 'NotStored';
}

export interface DeliveryOptions {
  bus: Bus;
  store: Pick<Store, 'payments'>;
  sweepId: string;
  source: 'sweep' | 'sync';
  correlationId: string;
  signal: AbortSignal;
  /** How long nothing may arrive before the sweep gives up, ms. */
  stuckAfterMs?: number;
  /** How long a bus that is away is waited for, ms. */
  busWithinMs?: number;
}

export interface Deliveries {
  /**
   * Publishes a sight once a round; true if it was new. Waits while too many have not arrived.
   * @throws BusUnavailable, NotStored
   */
  publish(sight: Sight, round?: number): Promise<boolean>;
  /** Publishes what could not be read, once. @throws BusUnavailable */
  publishUnreadable(raw: unknown): Promise<boolean>;
  /** Payments published about. */
  ids(): IterableIterator<string>;
  size(): number;
  /** Payments that were not found in the store yet. */
  awaited(): number;
  /** Also waits for this payment to be settled, although nothing was published about it. */
  watch(paymentId: string): void;
  /** Where the store has something else than was published, under a version no lower; asking empties it. */
  takeDrift(): Map<string, Sighting['path'][]>;
  /** @throws NotStored when nothing has arrived for `stuckAfterMs` */
  awaitStored(onRound: () => Promise<void>): Promise<void>;
  /** Waits at most `withinMs`; how many came to what, and how many are still pending. */
  awaitSettled(withinMs: number, signal?: AbortSignal): Promise<Record<OutcomeKind | 'pending', number>>;
}

type Expectation = Pick<Sighting, 'path'> & { version: string; digest: string };
interface Awaited {
  expected: Expectation[];
  /** Of what was published. */
  ids: string[];
}

const STUCK_AFTER_MS = 120_000;
const BUS_WITHIN_MS = 20_000;
const BATCH = 500;
/** So many payments may be on their way; then publishing waits until half of them have arrived. */
const MOST_AHEAD = 2_000;
/** Between two looks; the first is soon, as most arrive at once. */
const LOOK_MS = [50, 100, 250, 500, 1_000];

/** Added for each batch that is still open. */
const LOOK_AGAIN_MS = 100;

const lookMs = (round: number) => LOOK_MS[Math.min(round, LOOK_MS.length - 1)] ?? 1_000;

type Versioned = Record<string, unknown> & { _id: string };

function registerAt(doc: Versioned, [group, id]: Sighting['path']): Register<object> | undefined {
  const found = doc[group];
  return (id === undefined ? found : (found as Record<string, unknown> | undefined)?.[id]) as
    | Register<object>
    | undefined;
}

const arrived = (doc: Versioned, { path, version }: Expectation): boolean =>
  (registerAt(doc, path)?.version ?? '') >= version;

const differs = (doc: Versioned, { path, digest }: Expectation): boolean => registerAt(doc, path)?.digest !== digest;

const VERSIONS = {
  'payment.version': 1,
  'payment.digest': 1,
  'order.version': 1,
  'order.digest': 1,
  'qr.version': 1,
  'qr.digest': 1,
  'absence.version': 1,
  'absence.digest': 1,
  refunds: 1,
  disputes: 1,
} as const;

function firstOf<T>(items: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === most) break;
    first.push(item);
  }
  return first;
}

const key = ({ path }: Expectation) => path.join('.');

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { bus, store, sweepId, source, correlationId, signal } = options;
  const published = new Set<string>();
  const watched = new Set<string>();
  const awaited = new Map<string, Awaited>();
  let catchingUp: Promise<void> | undefined;
  let drift = new Map<string, Sighting['path'][]>();

  async function put(subject: string, bytes: Uint8Array, id: string): Promise<void> {
    const until = performance.now() + (options.busWithinMs ?? BUS_WITHIN_MS);
    for (let round = 0; ; round++) {
      signal.throwIfAborted();
      try {
        await bus.publish(subject, bytes, id, correlationId);
        return;
      } catch (error) {
        if (!(error instanceof BusUnavailable) || performance.now() > until) throw error;
        await sleep(lookMs(round + 2), undefined, { signal });
      }
    }
  }

  function expect(observation: Observation): void {
    const paymentId = observation.payment_id;
    const before = awaited.get(paymentId) ?? { expected: [], ids: [] };
    const expectations = new Map(before.expected.map((one) => [key(one), one]));
    for (const { path, register } of sightings(observation)) {
      const one = { path, version: register.version, digest: register.digest };
      const known = expectations.get(key(one));
      if (!known || known.version < one.version) expectations.set(key(one), one);
    }
    awaited.set(paymentId, { expected: [...expectations.values()], ids: [...before.ids, observation.id] });
    watched.add(paymentId);
  }

  const batches = (ids: Iterable<string>): string[][] => {
    const all = [...ids];
    return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => all.slice(n * BATCH, (n + 1) * BATCH));
  };

  /** Looks until no more than `most` are awaited. */
  async function awaitArrivals(most: number, onRound: () => Promise<void>): Promise<void> {
    let movedAt = performance.now();
    for (let round = 0; awaited.size > most; round++) {
      signal.throwIfAborted();
      const before = awaited.size;
      const batch = firstOf(awaited.keys(), BATCH);
      const docs = (await store.payments.find({ _id: { $in: batch } }, VERSIONS).lean()) as unknown as Versioned[];
      for (const doc of docs) {
        const { expected, ids } = awaited.get(doc._id) ?? { expected: [], ids: [] };
        if (!expected.every((one) => arrived(doc, one))) continue;
        awaited.delete(doc._id);
        for (const id of ids) published.delete(id);
        const others = expected.filter((one) => differs(doc, one)).map(({ path }) => path);
        if (others.length > 0) drift.set(doc._id, others);
      }
      await onRound();
      const arrivals = before - awaited.size;
      if (arrivals > 0) {
        movedAt = performance.now();
        round = 0;
        if (arrivals === batch.length) continue;
      }
      if (performance.now() - movedAt > (options.stuckAfterMs ?? STUCK_AFTER_MS))
        throw new NotStored(
          `${awaited.size} of the payments it published are not stored: is ticketing running, and does it reach the store?`,
        );
      await sleep(lookMs(round), undefined, { signal });
    }
  }

  /** All who publish wait for the same look. */
  async function makeRoom(): Promise<void> {
    if (awaited.size < MOST_AHEAD) return;
    catchingUp ??= awaitArrivals(MOST_AHEAD / 2, async () => undefined).finally(() => {
      catchingUp = undefined;
    });
    await catchingUp;
  }

  return {
    takeDrift() {
      const taken = drift;
      drift = new Map();
      return taken;
    },
    async publish(sight, round = 0) {
      const { observed_at: _when, payment_id, ...facts } = sight;
      const id = `${sweepId}.${payment_id}.${digest(facts)}${round === 0 ? '' : `.${round}`}`;
      if (published.has(id)) return false;
      published.add(id);
      await makeRoom();
      const observation: Observation = { id, source, correlation_id: correlationId, ...sight };
      await put(OBSERVED, Buffer.from(JSON.stringify(observation)), id);
      expect(observation);
      return true;
    },
    async publishUnreadable(raw) {
      const bytes = Buffer.from(JSON.stringify(raw) ?? 'null');
      // No sweep in it: the same odd item in the next sweep is the same dead letter.
      const id = `unreadable.${digest({ raw })}`;
      if (published.has(id)) return false;
      published.add(id);
      await put(UNREADABLE, bytes, id);
      return true;
    },
    ids: () => watched.keys(),
    size: () => watched.size,
    awaited: () => awaited.size,
    watch: (paymentId) => void watched.add(paymentId),
    awaitStored: (onRound) => awaitArrivals(0, onRound),
    async awaitSettled(withinMs, untilAborted) {
      const counts = { foreign: 0, revoked: 0, awaiting: 0, held: 0, ticketed: 0, pending: 0 };
      const until = performance.now() + withinMs;
      const open = new Set(watched);
      for (let round = 0; open.size > 0; round++) {
        for (const batch of batches(open)) {
          const settled = await store.payments
            .find({ _id: { $in: batch }, pending: false }, { 'outcome.kind': 1 })
            .lean<Pick<PaymentDoc, '_id' | 'outcome'>[]>();
          for (const { _id, outcome } of settled) {
            open.delete(_id);
            if (outcome) counts[outcome.kind]++;
          }
        }
        if (open.size === 0 || performance.now() > until || untilAborted?.aborted) break;
        // Looking costs the store work that settling needs more. Cut short by an abort: all is stored by now.
        const wait = lookMs(round) + (LOOK_AGAIN_MS * open.size) / BATCH;
        await sleep(wait, undefined, untilAborted ? { signal: untilAborted } : {}).catch(() => undefined);
      }
      counts.pending = open.size;
      return counts;
    },
  };
}
