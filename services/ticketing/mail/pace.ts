/** The mail server's own limits, kept over all replicas: counted from what was sent, so a restart forgets nothing. */
import type { Store } from '../../../shared/store/index.ts';

export interface Pace {
  perMinute: number | undefined;
  perDay: number | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How many more mails may be taken now; unlimited where nothing is set, at no cost. */
export async function allowance(store: Store, pace: Pace, now = Date.now()): Promise<number> {
  const left = async (limit: number | undefined, spanMs: number) => {
    if (limit === undefined) return Number.POSITIVE_INFINITY;
    const used = await store.mails.countDocuments({
      $or: [{ sent_at: { $gt: new Date(now - spanMs) } }, { state: 'sending' }],
    });
    return limit - used;
  };
  const [minute, day] = await Promise.all([left(pace.perMinute, MINUTE_MS), left(pace.perDay, DAY_MS)]);
  return Math.max(0, Math.min(minute, day));
}
