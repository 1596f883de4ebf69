/** The steps of a whole sweep, in order; each tells the audit trail what it asked Razorpay for. */
import type { Entry } from '../../../shared/audit/index.ts';
import type { ScheduleDoc } from '../../../shared/store/documents.ts';
import { failureKind, RazorpayError } from '../razorpay/errors.ts';
import { InconsistentList } from './listing.ts';
import { sweepDisputes } from './steps/disputes.ts';
import { compareWithKnown } from './steps/known.ts';
import { sweepPayments } from './steps/payments.ts';
import { sweepQrCodes } from './steps/qr-codes.ts';
import { sweepRefunds } from './steps/refunds.ts';
import { listFrom, sweepUnfinished } from './steps/unfinished.ts';
import type { Sweep } from './sweep.ts';

export type Trail = (entry: Pick<Entry, 'action' | 'facts'>) => void;

/** Runs one step and leaves a line about it in the trail, also when it fails. */
export async function traced(sweep: Sweep, step: string, trail: Trail, work: () => Promise<void>): Promise<void> {
  const { calls, pages } = sweep.counts;
  const so = () => ({ step, calls: sweep.counts.calls - calls, pages: sweep.counts.pages - pages });
  sweep.at(step);
  try {
    await work();
    if (sweep.counts.calls > calls) trail({ action: 'razorpay.fetched', facts: so() });
  } catch (error) {
    if (error instanceof RazorpayError || error instanceof InconsistentList)
      trail({ action: 'razorpay.fetch_failed', facts: { ...so(), kind: failureKind(error), reason: error.message } });
    throw error;
  }
}

/**
 * QR codes come first: what was paid through one is then published with its notes, and nobody has to look it up again.
 * Their failure waits until the payments were seen, which matter more.
 */
export async function sweepAll(sweep: Sweep, qrCodes: ScheduleDoc['qr_codes'] | null, trail: Trail): Promise<void> {
  let failure: { error: unknown } | undefined;
  try {
    await traced(sweep, 'qr_codes', trail, () => sweepQrCodes(sweep, qrCodes));
  } catch (error) {
    if (!(error instanceof RazorpayError || error instanceof InconsistentList)) throw error;
    failure = { error };
  }
  await traced(sweep, 'payments', trail, async () => {
    const window = { from: await listFrom(sweep), to: sweep.window.to };
    await sweepPayments(sweep, window);
    await compareWithKnown(sweep, window);
  });
  await traced(sweep, 'unfinished', trail, () => sweepUnfinished(sweep));
  await traced(sweep, 'refunds', trail, () => sweepRefunds(sweep));
  await traced(sweep, 'disputes', trail, () => sweepDisputes(sweep));
  if (failure) throw failure.error;
}
