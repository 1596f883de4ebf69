/**
 * Keeps a running sweep's leases alive, and ends the sweep when they are lost: from then on another replica may be at
 * the same work, and this one must not speak for it any more.
 */
import type { Logger } from '../../../shared/log/index.ts';
import { LEASE_MS, RENEW_MS } from './record.ts';

/** Why a sweep was cut short. It is neither complete nor failed. */
export class SweepInterrupted extends Error {
  override readonly name = 'SweepInterrupted';
}

export interface Heartbeat {
  /** Aborted with a SweepInterrupted. */
  signal: AbortSignal;
  /** Writes progress down, unless that was done within the last few seconds. One write. */
  beat(): Promise<void>;
  /** Renews now. @throws SweepInterrupted when the lease is lost, or the store's error */
  renew(): Promise<void>;
  stop(): void;
}

/** Progress is written no more often than this, ms. */
const BEAT_MS = 3_000;
/** Given up before others may take over, also when a write hangs, ms. */
const MARGIN_MS = 5_000;

/** Both answer false when a lease is lost. */
export interface Leases {
  renew(): Promise<boolean>;
  progress(): Promise<boolean>;
}

/** `stopping` interrupts the sweep too. */
export function startHeartbeat(
  leases: Leases,
  stopping: AbortSignal,
  log: Logger,
  leaseMs = LEASE_MS,
  everyMs = RENEW_MS,
): Heartbeat {
  const ending = new AbortController();
  const interrupt = (reason: string) => ending.abort(new SweepInterrupted(reason));
  const stop = () => interrupt('its process was asked to stop');
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop, { once: true });
  let renewedAt = performance.now();
  let saidAt = renewedAt;

  async function renew(): Promise<void> {
    ending.signal.throwIfAborted();
    const started = performance.now();
    if (!(await leases.renew())) interrupt('it lost its lease');
    renewedAt = started;
    saidAt = started;
    ending.signal.throwIfAborted();
  }

  const timer = setInterval(() => {
    renew().catch((error: unknown) => log.warn({ reason: (error as Error).message }, 'sweep: cannot renew its lease'));
  }, everyMs);
  const deadline = setInterval(() => {
    if (performance.now() - renewedAt > leaseMs - MARGIN_MS) interrupt('it could not renew its lease');
  }, 1_000);

  return {
    signal: ending.signal,
    renew,
    async beat() {
      ending.signal.throwIfAborted();
      if (performance.now() - saidAt < BEAT_MS) return;
      saidAt = performance.now();
      if (!(await leases.progress())) interrupt('it lost its lease');
      ending.signal.throwIfAborted();
    },
    stop() {
      clearInterval(timer);
      clearInterval(deadline);
      stopping.removeEventListener('abort', stop);
    },
  };
}
