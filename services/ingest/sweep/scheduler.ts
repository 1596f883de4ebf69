/** Runs a sweep whenever one is due, in turn with the other replicas, and tidies up after those that died. */
import { setTimeout as sleep } from 'node:timers/promises';
import { record } from '../../../shared/audit/index.ts';
import type { ScheduleDoc } from '../../../shared/store/documents.ts';
import { closeOrphans } from './record.ts';
import { type SweepTools, startSweep } from './run.ts';
import { claimSchedule, ensureSchedule, isDue, readSchedule } from './schedule.ts';

export interface Scheduler {
  /** Interrupts a running sweep and lets its lease go, so that another replica goes on at once. */
  stop(): Promise<void>;
}

const LOOK_MS = 5_000;
const SOONEST_MS = 100;

export function startScheduler(tools: SweepTools): Scheduler {
  const { store, log, metrics, intervalMs } = tools;
  const stopping = new AbortController();
  let ensured = false;

  async function buryOrphans(): Promise<void> {
    for (const { _id, kind, correlation_id, payment_id, error } of await closeOrphans(store)) {
      log.warn({ sweep_id: _id, kind }, 'sweep: interrupted, its process is gone');
      metrics.sweeps.inc({ kind, state: 'interrupted' });
      const facts = { kind, state: 'interrupted', reason: error };
      const subject = `sweep:${_id}`;
      await record(store, [{ action: 'sweep.ended', actor: 'ingest', subject, payment_id, correlation_id, facts }]);
    }
  }

  function show({ last_complete_at, failures }: ScheduleDoc): void {
    metrics.scheduleFailures.set(failures);
    if (last_complete_at) metrics.sweepLastSuccess.set(last_complete_at.getTime() / 1_000);
  }

  /** One look; returns how long to wait for the next, ms. */
  async function look(): Promise<number> {
    if (!ensured) await ensureSchedule(store);
    ensured = true;
    await buryOrphans();
    const schedule = await readSchedule(store);
    // Gone: the store was emptied under us.
    ensured = schedule !== null;
    if (!schedule) return SOONEST_MS;
    show(schedule);
    const claim = isDue(schedule, new Date(), intervalMs) ? await claimSchedule(store, intervalMs) : null;
    if (!claim) return Math.min(LOOK_MS, Math.max(SOONEST_MS, schedule.next_at.getTime() - Date.now()));
    await startSweep(tools, { kind: 'scheduled', requestedBy: null, claim, stopping: stopping.signal }).ended;
    return SOONEST_MS;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      let wait = LOOK_MS;
      try {
        wait = await look();
      } catch (error) {
        ensured = false;
        log.warn({ reason: (error as Error).message }, 'sweep: cannot look at the schedule, trying again');
        wait = 1_000;
      }
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
