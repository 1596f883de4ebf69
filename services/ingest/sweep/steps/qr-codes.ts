/**
 * The QR codes of our events. A payment through a code carries no trace of it in Razorpay's lists, and the student's
 * details may sit on the code alone, so each code is asked for its payments.
 */
import { qrFacts } from '../../../../shared/razorpay/facts.ts';
import { RazorpayRejected } from '../../razorpay/errors.ts';
import { readList } from '../listing.ts';
import { asked, concernsOnly, readable, type Sweep } from '../sweep.ts';
import { EARLIEST, OVERLAP_SECONDS } from '../window.ts';
import { comparePage } from './payments.ts';

/** People pay late, and refunds come later. */
const AFTER_EVENT_MS = 30 * 86_400_000;

type SeenUpTo = Readonly<Record<string, number>>;

/** A code seen for the first time is looked at from its creation. */
function sinceWhen(id: string, createdAt: number | null | undefined, seenUpTo: SeenUpTo): number {
  const upTo = seenUpTo[id];
  return upTo === undefined ? (createdAt ?? EARLIEST) : upTo - OVERLAP_SECONDS;
}

async function sweepCode(sweep: Sweep, id: string, seenUpTo: SeenUpTo | null): Promise<void> {
  const { from, to } = sweep.window;
  const code = await sweep.razorpay.qrCode(id, asked(sweep));
  const since = seenUpTo ? sinceWhen(id, code.entity.created_at, seenUpTo) : from;
  const window = { from: Math.max(EARLIEST, Math.min(from, since)), to };
  const qr = qrFacts(code.entity);
  const pages = readList((query) => sweep.razorpay.paymentsOfQrCode(id, query, asked(sweep)), window);
  for await (const page of pages) await comparePage(sweep, await readable(sweep, page), page.observedAt, qr);
  sweep.qrCodes.set(id, to);
}

/** `seenUpTo`: per code, seconds up to which a complete sweep has seen its payments; null: only the window. */
export async function sweepQrCodes(sweep: Sweep, seenUpTo: SeenUpTo | null): Promise<void> {
  const recent = new Date(sweep.window.to * 1_000 - AFTER_EVENT_MS);
  const events = await sweep.store.events
    .find(
      {
        razorpay_qr_id: { $type: 'string' },
        $or: [{ ends_at: { $gte: recent } }, { ends_at: null, date: { $gte: recent } }],
      },
      { razorpay_qr_id: 1 },
    )
    .lean();
  for (const { _id, razorpay_qr_id: id } of events) {
    if (id === null) continue;
    try {
      await sweepCode(sweep, id, seenUpTo);
    } catch (error) {
      // A mistyped code, or one of another account: no reason to stop looking at everything else.
      if (!(error instanceof RazorpayRejected || (await concernsOnly(sweep, id, error)))) throw error;
      sweep.log.warn({ event_id: _id, qr_code_id: id, err: error }, 'sweep: Razorpay refuses the QR code of an event');
    }
    await sweep.progress();
  }
}
