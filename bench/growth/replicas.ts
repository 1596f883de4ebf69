/** Where more replicas of ticketing stop helping: the same payments, settled by one, two and three of them. */
import { event } from '../../services/gateway/testing/documents.ts';
import { until } from '../../test/until.ts';
import { booking, PRICE, studentNotes } from '../load/books.ts';
import type { Stage } from '../process/stage.ts';
import { openWhole } from '../process/whole.ts';

export interface WithReplicas {
  replicas: number;
  /** Payments settled and mailed a second. */
  perSecond: number;
}

const WITHIN_MS = 600_000;

/** @param payments for each number of replicas */
export async function replicas(
  stage: Stage,
  most: number,
  payments: number,
  signal: AbortSignal,
  step: (what: string) => void,
): Promise<WithReplicas[]> {
  const inAMonth = new Date(Date.now() + 30 * 86_400_000);
  const whole = await openWhole(stage, {
    prepare: async (store) =>
      void (await store.events.create(event(1, { date: inAMonth, prices: [{ amount: PRICE, from: new Date(0) }] }))),
  });
  const { account } = whole.razorpay.simulator;
  const results: WithReplicas[] = [];
  /** All at once, so that there is always something to do. */
  const wave = async (count: number): Promise<number> => {
    const before = whole.mails.stats.accepted;
    const began = performance.now();
    for (let nth = 0; nth < count; nth++) booking(account, studentNotes(), account.clock.seconds());
    await until(
      () => whole.mails.stats.accepted,
      (mails) => mails >= before + count,
      'every mail',
      WITHIN_MS,
      20,
    );
    return (performance.now() - began) / 1_000;
  };
  try {
    for (let running = 1; running <= most; running++) {
      signal.throwIfAborted();
      if (running > 1) await whole.more('ticketing');
      step(`${running} of ticketing`);
      await wave(Math.ceil(payments / 5));
      results.push({ replicas: running, perSecond: payments / (await wave(payments)) });
    }
    return results;
  } finally {
    await whole.close();
  }
}
