/**
 * Foreign payments are judged again when what makes a payment ours has changed: an event got their QR code, or the alias
 * table knows more spellings. They hold no personal data, so note keys and the code's id decide whether to look again.
 */
import { digest } from '../../../shared/razorpay/version.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { read } from '../decide/reading.ts';
import { claimPayment } from '../settle/claim.ts';
import { type SettleTools, settle } from '../settle/settle.ts';

const BATCH = 200;
const BINDING = 'aliases';

async function settleAgain(tools: SettleTools, paymentId: string): Promise<void> {
  const claimed = await claimPayment(tools.store, paymentId);
  if (claimed) await settle(tools, claimed.payment, claimed.claim);
}

/** Foreign payments to a QR code that is an event's by now. */
export async function claimedByQrCode(tools: SettleTools, stopped: () => boolean): Promise<void> {
  const { store } = tools;
  const codes = (await store.events.distinct('razorpay_qr_id')).filter((id) => typeof id === 'string');
  if (codes.length === 0) return;
  const found = await store.payments
    .find({ 'outcome.kind': 'foreign', pending: false, 'qr.value.id': { $in: codes } }, { _id: 1 })
    .limit(1_000)
    .lean();
  for (const { _id } of found) if (!stopped()) await settleAgain(tools, _id);
}

/** All foreign payments, once after the alias table changed. */
export async function claimedByAliases(tools: SettleTools, stopped: () => boolean): Promise<void> {
  const { store, rules } = tools;
  const current = digest(rules.aliases);
  const binding = await store.bindings.findOne({ _id: BINDING }).lean();
  if (binding?.digest === current) return;
  if (binding) {
    let after = '';
    for (;;) {
      const batch: PaymentDoc[] = await store.payments
        .find({ 'outcome.kind': 'foreign', pending: false, _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .lean();
      for (const payment of batch) {
        if (stopped()) return;
        if (read(payment, rules.aliases).strippedButOurs) await settleAgain(tools, payment._id);
      }
      const last = batch.at(-1);
      if (!last) break;
      after = last._id;
    }
  }
  await store.bindings.updateOne({ _id: BINDING }, { $set: { digest: current } }, { upsert: true });
}
