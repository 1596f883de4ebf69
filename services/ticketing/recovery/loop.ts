/**
 * The recovery loops: whatever the fast path did not finish. Every replica runs them; claims keep them out of each
 * other's way. Each kind of work has a loop of its own, so that slow look-ups at Razorpay hold up no mail and no gauge.
 */
import { saySigner } from '../../../shared/ticket/signer.ts';
import { finishPending } from '../by-hand/finish.ts';
import { countDue, retain } from '../redact/retention.ts';
import type { SettleTools } from '../settle/settle.ts';
import { type Repeating, repeat } from './every.ts';
import { claimedByAliases, claimedByQrCode } from './foreign.ts';
import { countBacklog } from './gauges.ts';
import { coalesced } from './hints.ts';
import { addressMails, moveTrail, reclaimMails } from './mails.ts';
import { settlePending } from './pending.ts';
import { reconciliation } from './reconcile.ts';
import { redecide } from './redecide.ts';
import { addWords } from './words.ts';

export interface RecoveryOptions {
  /** How often held payments are decided again, and how long a pending one rests before it is picked up, ms. */
  intervalMs: number;
  workers: number;
  /** How long after an event personal data is kept; null: never erased by schedule. */
  retentionDays: number | null;
  /** The id of the key that tickets are signed with. */
  signingKid: string;
  /** The store can be reached. */
  open(): Promise<boolean>;
  onMailOwed(): void;
}

export interface Recovery {
  /** Decide again what is held for this event now; undefined: for all. */
  hasten(eventId: number | undefined): Promise<number>;
  /** Whoever was ticketed has a seat: before that, as right after a restore, none is given to others. */
  whole(): boolean;
  stop(): Promise<void>;
}

/** How often to look for what is due. */
const LOOK_EVERY_MS = 2_000;
const COUNT_EVERY_MS = 10_000;
const RECONCILE_EVERY_MS = 10 * 60_000;
/** Erasing has hours: its alert looks at six of them. */
const COUNT_DUE_EVERY_MS = 10 * 60_000;

export function startRecovery(tools: SettleTools, options: RecoveryOptions): Recovery {
  const { intervalMs, workers, retentionDays, signingKid, open, onMailOwed } = options;
  let stopped = false;
  const isStopped = () => stopped;

  let whole = false;
  /** What came before that is not left to rest: nobody else was to settle it. */
  let rested = false;

  let signerSaid = false;

  const hints = coalesced(async (eventId) => {
    if (stopped || !whole) return 0;
    await claimedByQrCode(tools, isStopped);
    return redecide(tools, eventId, isStopped);
  });

  const loop = (name: string, everyMs: number, work: () => Promise<unknown>): Repeating =>
    repeat(
      name,
      everyMs,
      async () => {
        if (await open()) await work();
      },
      tools.log,
    );
  const lookEveryMs = Math.min(LOOK_EVERY_MS, intervalMs);
  const reconciling = reconciliation(tools, isStopped);

  const loops = [
    loop('lost', lookEveryMs, async () => {
      if (whole) return;
      await reconciling.restoreLost();
      whole = true;
      // No hint that came before this was followed.
      await hints.hint(undefined);
    }),
    loop('pending', lookEveryMs, async () => {
      if (!whole) return;
      await settlePending(tools, rested ? intervalMs : 0, workers, isStopped);
      rested = true;
    }),
    loop('held', intervalMs, () => hints.hint(undefined)),
    loop('by hand', lookEveryMs, () => finishPending(tools, isStopped)),
    loop('aliases', intervalMs, () => claimedByAliases(tools, isStopped)),
    loop('mails', lookEveryMs, async () => {
      await reclaimMails(tools);
      await addressMails(tools);
      onMailOwed();
      await moveTrail(tools, isStopped);
    }),
    loop('reconcile', RECONCILE_EVERY_MS, () => reconciling.look()),
    loop('words', RECONCILE_EVERY_MS, () => addWords(tools.store, isStopped)),
    loop('signing key', intervalMs, async () => {
      // Once: amid a rotation replicas differ, and would take it back from each other for ever.
      if (signerSaid) return;
      await saySigner(tools.store, signingKid);
      signerSaid = true;
    }),
    loop('retention', intervalMs, () => retain(tools, retentionDays, isStopped)),
    loop('overdue', COUNT_DUE_EVERY_MS, () => countDue(tools, retentionDays)),
    loop('gauges', COUNT_EVERY_MS, () => countBacklog(tools)),
  ];

  return {
    hasten: hints.hint,
    whole: () => whole,
    async stop() {
      stopped = true;
      await Promise.all(loops.map((loop) => loop.stop()));
      await hints.settled();
    },
  };
}
