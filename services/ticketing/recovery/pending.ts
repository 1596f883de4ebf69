/** What was left pending by a crash, a lost message or a failed try is picked up and finished. */
import { claimPending } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';

/** Settles what is due, `workers` at a time, until nothing is. Returns how many it took. */
export async function settlePending(
  tools: SettleTools,
  restMs: number,
  workers: number,
  stopped: () => boolean,
): Promise<number> {
  let taken = 0;
  const work = async () => {
    while (!stopped()) {
      const next = await claimPending(tools.store, new Date(Date.now() - restMs));
      if (!next) return;
      taken++;
      await settle(tools, next.payment, next.claim);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return taken;
}
