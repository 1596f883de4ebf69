/** Payments that come all at once, told by webhooks, and waited for until the last mail is out. */
import { until } from '../../test/until.ts';
import { booking, studentNotes } from '../load/books.ts';
import type { Whole } from '../process/whole.ts';

const WITHIN_MS = 600_000;

/** @param signal ends the waiting. @returns how long it took, s */
export async function wave({ razorpay, mails }: Whole, count: number, signal: AbortSignal): Promise<number> {
  const { account } = razorpay.simulator;
  const before = mails.stats.accepted;
  const began = performance.now();
  for (let nth = 0; nth < count; nth++) booking(account, studentNotes(), account.clock.seconds());
  await until(
    () => {
      signal.throwIfAborted();
      return mails.stats.accepted;
    },
    (accepted) => accepted >= before + count,
    'every mail',
    WITHIN_MS,
    20,
  );
  return (performance.now() - began) / 1_000;
}
