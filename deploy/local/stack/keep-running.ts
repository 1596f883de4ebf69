/** A process that is to run until it is told to stop: when it dies by itself, it is started again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Exit } from '../children/child.ts';

/** A child or a server of ours. */
export interface Running {
  readonly pid: number | null;
  readonly exited: Promise<Exit>;
  stop(graceMs?: number): Promise<void>;
}

export interface Watcher {
  started(pid: number | null): void;
  /** It ended by itself; `retryMs` from now it is started again. */
  died(how: string, retryMs: number): void;
}

export interface Kept {
  /** How often it has ended by itself. */
  deaths(): number;
  /** SIGTERM, after the grace (milliseconds) SIGKILL; it is not started again. */
  stop(graceMs: number): Promise<void>;
}

/** The first restart is soon, as most deaths are accidents; one that keeps dying is not allowed to burn the machine. */
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** Having lived so long, it counts as healthy again. */
const HEALTHY_MS = 30_000;

const inWords = ({ code, signal }: Exit) => (signal === null ? `exit code ${code}` : signal);

/** Starts it and keeps it running. @throws what the first start throws; later ones are tried again */
export async function keepRunning(start: () => Promise<Running>, watcher: Watcher): Promise<Kept> {
  const stopping = new AbortController();
  let running: Running | null = await start();
  let startedAt = Date.now();
  let quick = 0;
  let deaths = 0;
  watcher.started(running.pid);

  async function startAgain(): Promise<string | null> {
    startedAt = Date.now();
    try {
      running = await start();
    } catch (error) {
      return (error as Error).message;
    }
    // It was told to stop while it started.
    if (stopping.signal.aborted) await running.stop();
    else watcher.started(running.pid);
    return null;
  }

  async function watch(): Promise<void> {
    let fault: string | null = null;
    for (;;) {
      if (running !== null) fault = inWords(await running.exited);
      running = null;
      if (stopping.signal.aborted) return;
      deaths += 1;
      quick = Date.now() - startedAt > HEALTHY_MS ? 0 : quick;
      const retryMs = BACKOFF_MS[Math.min(quick, BACKOFF_MS.length - 1)] ?? 0;
      quick += 1;
      watcher.died(fault ?? '', retryMs);
      await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      fault = await startAgain();
    }
  }
  const watching = watch();

  return {
    deaths: () => deaths,
    async stop(graceMs) {
      stopping.abort();
      await running?.stop(graceMs);
      await watching;
    },
  };
}
