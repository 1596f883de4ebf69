/** Each webhook family is written by another serialiser at Razorpay, so only the raw bytes of a body verify. */
import { paymentEventPayment, qrEventPayment, refundEventPayment } from '../entities.ts';
import type { LedgerEvent } from '../state/ledger.ts';
import type { Payment } from '../state/payment.ts';

interface Family {
  readonly payment: (payment: Payment) => unknown;
  readonly write: (envelope: unknown) => string;
  /** The refund family names the refund first, the others the payment. */
  readonly order: readonly ('payment' | 'order' | 'refund' | 'qr_code' | 'dispute')[];
}

const PAYMENT_FAMILY: Family = {
  payment: paymentEventPayment,
  write: (envelope) => JSON.stringify(envelope),
  order: ['payment', 'order', 'dispute'],
};
const REFUND_FAMILY: Family = {
  payment: refundEventPayment,
  write: (envelope) => JSON.stringify(alphabetical(envelope)),
  order: ['refund', 'payment'],
};
const QR_FAMILY: Family = {
  payment: qrEventPayment,
  write: (envelope) => escaped(JSON.stringify(envelope)),
  order: ['payment', 'qr_code'],
};

/** The exact bytes of the event's body. */
export function serialise(event: LedgerEvent, accountId: string): Buffer {
  const family = familyOf(event.name);
  const contains: string[] = [];
  const payload: Record<string, { entity: unknown }> = {};
  for (const subject of family.order) {
    const entity = event[subject];
    if (entity === undefined) continue;
    contains.push(subject);
    payload[subject] = { entity: subject === 'payment' && event.payment ? family.payment(event.payment) : entity };
  }
  const { name, created_at } = event;
  const envelope = { entity: 'event', account_id: accountId, event: name, contains, payload, created_at };
  return Buffer.from(family.write(envelope), 'utf8');
}

function familyOf(name: string): Family {
  if (name.startsWith('refund.')) return REFUND_FAMILY;
  return name.startsWith('qr_code.') ? QR_FAMILY : PAYMENT_FAMILY;
}

/** Keys sorted at every depth; `JSON.stringify` puts integer-like keys first by itself, as sorting does for digits. */
function alphabetical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(alphabetical);
  if (value === null || typeof value !== 'object') return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, alphabetical(inner)]));
}

/** As PHP's `json_encode` writes by default: `\/`, and `\uXXXX` for each UTF-16 unit beyond ASCII. */
function escaped(json: string): string {
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replaceAll('/', '\\/').replace(/[\u0080-\uffff]/g, unit);
}
