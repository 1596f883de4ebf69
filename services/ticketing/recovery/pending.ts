/** What was left pending by a crash, a lost message or a failed try is picked up and finished. */
import { claimPending } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';

/** Settles what is due by now, `workers` at a time. What comes due meanwhile waits for the next call. */
export async function settlePending(
  tools: SettleTools,
  restMs: number,
  workers: number,
  stopped: () => boolean,
): Promise<void> {
  const now = Date.now();
  const work = async () => {
    while (!stopped()) {
      const next = await claimPending(tools.store, new Date(now - restMs), new Date(now));
      if (!next) return;
      await settle(tools, next.payment, next.claim);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
