/**
 * A sweep from its beginning to its one honest end. Complete: everything it saw is in the store, looked up again;
 * failed: it says why; interrupted: it was stopped, or lost its lease. Only a complete scheduled one moves the
 * watermark, and only after its record says complete (P7).
 */
import { randomUUID } from 'node:crypto';
import { type Entry, record } from '../../../shared/audit/index.ts';
import { type Bus, BusUnavailable } from '../../../shared/bus/index.ts';
import type { SyncAnswer } from '../../../shared/bus/requests.ts';
import type { Logger } from '../../../shared/log/index.ts';
import { isUnreachable } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { Razorpay } from '../razorpay/client.ts';
import { RazorpayError } from '../razorpay/errors.ts';
import { checkAccount, rememberKey } from './account.ts';
import { sweepAll, traced } from './all.ts';
import { createDeliveries } from './deliveries.ts';
import { SweepInterrupted, startHeartbeat } from './heartbeat.ts';
import { closeRecord, type Ending, openRecord, updateRecord } from './record.ts';
import { type Claim, completeSchedule, failSchedule, readSchedule, releaseSchedule, renewLease } from './schedule.ts';
import { sweepDrift } from './steps/drift.ts';
import { sweepOrigins } from './steps/origins.ts';
import { asked, newSweep, noCounts, type Sweep } from './sweep.ts';
import { refundsFrom, sweepWindow, type Window } from './window.ts';

export interface SweepTools {
  store: Store;
  bus: Bus;
  razorpay: Razorpay;
  metrics: IngestMetrics;
  log: Logger;
  /** `SWEEP_WINDOW`, ms. */
  windowMs: number;
  /** `SWEEP_INTERVAL`, ms. */
  intervalMs: number;
  firstFrom: Date | undefined;
  /** `RAZORPAY_KEY_ID`. */
  keyId: string;
  /** How long nothing may arrive in the store before a sweep gives up, ms; 2 min unless given. */
  stuckAfterMs?: number | undefined;
}

export interface SweepRequest {
  kind: 'scheduled' | 'manual';
  requestedBy: string | null;
  correlationId?: string;
  /** In place of the window that is due. */
  window?: Window;
  /** Of a scheduled one. */
  claim?: Claim;
  /** In place of all the steps: only this payment. */
  payment?: { id: string; work: (sweep: Sweep) => Promise<void> };
  /** The process is asked to stop. */
  stopping: AbortSignal;
}

export interface RunningSweep {
  id: string;
  /** What is known by now. */
  view(): SyncAnswer;
  /** Never rejects: a failure is an ending too. `cause` is what a failed one failed by. */
  ended: Promise<{ answer: SyncAnswer; cause: unknown }>;
}

/** Settling goes on without the sweep; this long it is waited for, so that the sweep can tell what became of things. */
const SETTLE_MS = 10_000;
/** How often a long sweep says in the log how far it is, ms. */
const TELL_MS = 10_000;
/** Beyond this, Razorpay's clock is asked for again, ms. */
const CLOCK_MS = 60_000;

/** Connections are cut at Razorpay and at the bus, too: whose it was is told by the error's class, not by its words. */
function reasonOf(error: unknown): string {
  if (error instanceof RazorpayError || error instanceof BusUnavailable) return error.message;
  if (isUnreachable(error)) return 'the store cannot be reached';
  return error instanceof Error ? error.message : String(error);
}

async function dueWindow(tools: SweepTools, watermark: number | null): Promise<Window> {
  const earliest =
    watermark === null ? await tools.store.events.findOne().sort({ created_at: 1 }).select('created_at').lean() : null;
  const seconds = (date: Date | null | undefined) => (date ? Math.floor(date.getTime() / 1_000) : null);
  const now = tools.razorpay.clock.now();
  // Events are dated by our clock; where that runs ahead, Razorpay called the same moment an earlier one.
  const behind = Math.min(0, now - Math.floor(Date.now() / 1_000));
  const created = seconds(earliest?.created_at);
  return sweepWindow({
    now,
    windowSeconds: Math.ceil(tools.windowMs / 1_000),
    watermark,
    firstFrom: seconds(tools.firstFrom),
    earliestEventCreation: created === null ? null : created + behind,
  });
}

export function startSweep(tools: SweepTools, request: SweepRequest): RunningSweep {
  const { store, metrics } = tools;
  const { claim, kind } = request;
  const id = randomUUID();
  const correlationId = request.correlationId ?? id;
  const log = tools.log.child({ sweep_id: id, correlation_id: correlationId });
  const startedAt = new Date();
  const known: SyncAnswer = { sweep_id: id, state: 'running', from: null, to: null, counts: noCounts(), error: null };
  const { counts } = known;
  let step = 'starting';

  const audit = async (entries: Pick<Entry, 'id' | 'action' | 'facts'>[]) => {
    const about = {
      actor: request.requestedBy ?? 'ingest',
      subject: `sweep:${id}`,
      payment_id: request.payment?.id ?? null,
      correlation_id: correlationId,
    };
    await record(
      store,
      entries.map((entry) => ({ ...about, ...entry })),
    ).catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'sweep: cannot write to the audit trail'));
  };
  const trail: Pick<Entry, 'action' | 'facts'>[] = [];

  const progress = () => updateRecord(store, id, { step, counts });
  const heart = startHeartbeat(
    {
      progress,
      async renew() {
        const [running, leased] = await Promise.all([progress(), claim ? renewLease(store, claim.token) : true]);
        return running && leased;
      },
    },
    request.stopping,
    log,
  );
  const deliveries = createDeliveries({
    bus: tools.bus,
    store,
    sweepId: id,
    source: kind === 'scheduled' ? 'sweep' : 'sync',
    correlationId,
    signal: heart.signal,
    ...(tools.stuckAfterMs !== undefined && { stuckAfterMs: tools.stuckAfterMs }),
  });
  const sweep = newSweep({
    id,
    window: { from: 0, to: 0 },
    razorpay: tools.razorpay,
    store,
    log,
    metrics,
    signal: heart.signal,
    deliveries,
    counts,
    at(name) {
      step = name;
    },
    async progress() {
      tell();
      await heart.beat();
    },
  });

  let toldAt = performance.now();
  /** How far it is, for whoever watches. */
  function tell(): void {
    metrics.sweepSeen.set({ kind }, counts.fetched);
    metrics.sweepAwaited.set({ kind }, deliveries.awaited());
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    log.info({ kind, step, awaited: deliveries.awaited(), ...counts }, 'sweep: so far');
  }

  async function arrive(): Promise<void> {
    sweep.at('arrival');
    const stored = () => deliveries.awaitStored(() => sweep.progress());
    await stored();
    await traced(
      sweep,
      'drift',
      (entry) => trail.push(entry),
      () => sweepDrift(sweep, stored),
    );
    sweep.at('settling');
    const { pending, ...outcomes } = await deliveries.awaitSettled(SETTLE_MS, heart.signal);
    Object.assign(counts, outcomes, { pending });
    heart.signal.throwIfAborted();
  }

  async function work(): Promise<void> {
    await openRecord(
      store,
      {
        _id: id,
        kind,
        requested_by: request.requestedBy,
        payment_id: request.payment?.id ?? null,
        correlation_id: correlationId,
      },
      counts,
    );
    await audit([{ id: `sweep.started:${id}`, action: 'sweep.started', facts: { kind } }]);
    if (request.payment) {
      const { work } = request.payment;
      await traced(
        sweep,
        'payment',
        (entry) => trail.push(entry),
        () => work(sweep),
      );
      return await arrive();
    }
    if (tools.razorpay.clock.ageMs() > CLOCK_MS)
      await traced(
        sweep,
        'clock',
        (entry) => trail.push(entry),
        () => tools.razorpay.hearClock(asked(sweep)),
      );
    await traced(
      sweep,
      'account',
      (entry) => trail.push(entry),
      () => checkAccount(sweep, tools.keyId),
    );
    const schedule = claim?.schedule ?? (await readSchedule(store));
    sweep.window = request.window ?? (await dueWindow(tools, schedule?.watermark ?? null));
    sweep.refundsFrom = request.window ? sweep.window.from : refundsFrom(sweep.window, schedule?.refunds_to ?? null);
    Object.assign(known, sweep.window);
    await updateRecord(store, id, sweep.window);
    await sweepAll(sweep, request.window ? null : (schedule?.qr_codes ?? {}), (entry) => trail.push(entry));
    await arrive();
    const before = counts.published;
    await traced(
      sweep,
      'origins',
      (entry) => trail.push(entry),
      () => sweepOrigins(sweep),
    );
    if (counts.published > before) await arrive();
  }

  /** What happened, in one word and a reason. */
  function endingOf(failure: { error: unknown } | undefined): Ending {
    const { reason } = heart.signal;
    if (reason instanceof SweepInterrupted) return { state: 'interrupted', error: reason.message };
    return failure ? { state: 'failed', error: reasonOf(failure.error) } : { state: 'complete', error: null };
  }

  async function close(ending: Ending): Promise<Ending> {
    const closed = await closeRecord(store, id, ending, counts);
    if (!closed && ending.state === 'complete') return { state: 'interrupted', error: 'it was taken for dead' };
    return ending;
  }

  async function endSchedule(ending: Ending): Promise<void> {
    if (!claim) return;
    if (ending.state === 'failed') return await failSchedule(store, claim, tools.intervalMs);
    if (ending.state === 'interrupted') return await releaseSchedule(store, claim.token);
    const { window, qrCodes } = sweep;
    const refundsTo = sweep.refundsFrom < window.from ? window.to : null;
    const done = { watermark: window.to, refundsTo, qrCodes, startedAt, intervalMs: tools.intervalMs };
    if (await completeSchedule(store, claim, done)) {
      metrics.sweepLastSuccess.setToCurrentTime();
      // The next one will, if this cannot.
      await rememberKey({ store }, tools.keyId).catch(() => undefined);
    } else log.warn('sweep: complete, but its lease was lost: the watermark stays, the next one looks again');
  }

  async function run(): Promise<{ answer: SyncAnswer; cause: unknown }> {
    metrics.sweepRunning.inc();
    log.info({ kind }, 'sweep: started');
    let failure: { error: unknown } | undefined;
    try {
      await work();
      // The last look at the lease before anything is called complete.
      await heart.renew();
    } catch (error) {
      failure = { error };
    }
    heart.stop();
    let ending = endingOf(failure);
    try {
      ending = await close(ending);
      await endSchedule(ending);
    } catch (error) {
      // Its record and lease run out by themselves; until then, nothing says complete that is not.
      log.error({ err: error }, 'sweep: cannot write down how it ended');
      if (ending.state === 'complete') ending = { state: 'failed', error: reasonOf(error) };
    }
    Object.assign(known, ending);
    trail.push({ action: 'sweep.ended', facts: { kind, state: ending.state, reason: ending.error, ...counts } });
    await audit(trail);
    metrics.sweepRunning.dec();
    metrics.sweepSeen.set({ kind }, 0);
    metrics.sweepAwaited.set({ kind }, 0);
    metrics.sweeps.inc({ kind, state: ending.state });
    metrics.sweepSeconds.observe({ kind }, (Date.now() - startedAt.getTime()) / 1_000);
    const level = ending.state === 'failed' ? 'error' : 'info';
    log[level]({ kind, state: ending.state, reason: ending.error, ...counts }, 'sweep: ended');
    return { answer: known, cause: failure?.error };
  }

  return { id, view: () => structuredClone(known), ended: run() };
}
