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
  const take = async () => (stopped() ? null : claimPending(tools.store, new Date(now - restMs), new Date(now)));
  const work = async (first: Awaited<ReturnType<typeof take>>) => {
    for (let next = first; next; next = await take()) await settle(tools, next.payment, next.claim);
  };
  // Mostly there is nothing, and one look tells.
  const first = await take();
  if (!first) return;
  await Promise.all([work(first), ...Array.from({ length: workers - 1 }, async () => work(await take()))]);
}
