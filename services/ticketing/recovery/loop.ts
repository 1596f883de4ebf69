/**
 * The recovery loop: whatever the fast path did not finish. Every replica runs it; claims keep them out of each other's
 * way. Hints (`ticketing.settle`, a seat that came free) only make it look sooner.
 */
import type { SettleTools } from '../settle/settle.ts';
import { claimedByAliases, claimedByQrCode } from './foreign.ts';
import { countBacklog } from './gauges.ts';
import { addressMails, reclaimMails } from './mails.ts';
import { settlePending } from './pending.ts';
import { reconcile } from './reconcile.ts';
import { redecide } from './redecide.ts';

export interface RecoveryOptions {
  /** How often held payments are decided again, and how long a pending one rests before it is picked up, ms. */
  intervalMs: number;
  workers: number;
  /** The store can be reached. */
  open(): Promise<boolean>;
  onMailOwed(): void;
}

export interface Recovery {
  /** Decide again what is held for this event now; undefined: for all. */
  hasten(eventId: number | undefined): Promise<number>;
  stop(): Promise<void>;
}

/** How often the loop looks for what is due. */
const TICK_MS = 2_000;
const RECONCILE_EVERY = 10;
const COUNT_EVERY_MS = 10_000;

export function startRecovery(tools: SettleTools, options: RecoveryOptions): Recovery {
  const { log } = tools;
  let stopped = false;
  let nextRound = 0;
  let nextCount = 0;
  let rounds = 0;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  const isStopped = () => stopped;

  async function round() {
    await claimedByQrCode(tools, isStopped);
    await claimedByAliases(tools, isStopped);
    await redecide(tools, undefined, isStopped);
    await addressMails(tools);
    if (rounds++ % RECONCILE_EVERY === 0) await reconcile(tools);
  }

  async function tick() {
    if (!(await options.open())) return;
    await settlePending(tools, options.intervalMs, options.workers, isStopped);
    await reclaimMails(tools);
    if (Date.now() >= nextRound) {
      nextRound = Date.now() + options.intervalMs;
      await round();
      options.onMailOwed();
    }
    if (Date.now() < nextCount) return;
    nextCount = Date.now() + COUNT_EVERY_MS;
    await countBacklog(tools);
  }

  async function loop() {
    while (!stopped) {
      try {
        await tick();
      } catch (error) {
        log.warn({ reason: (error as Error).name, err: error }, 'recovery: interrupted, looking again soon');
      }
      if (stopped) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, Math.min(TICK_MS, options.intervalMs));
      });
    }
  }
  const running = loop();

  return {
    async hasten(eventId) {
      await claimedByQrCode(tools, isStopped);
      return redecide(tools, eventId, isStopped);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      wake?.();
      await running;
    },
  };
}
