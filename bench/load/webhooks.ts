/** Webhooks as Razorpay sends them, of one kilobyte, each about another payment. */
import { createHmac, randomBytes } from 'node:crypto';
import { type Asked, expectStatus, wire } from './http.ts';

const BYTES = 1_024;

const id = (prefix: string): string => `${prefix}_${randomBytes(7).toString('hex')}`;

export function webhookBody(): string {
  const created_at = Math.floor(Date.now() / 1_000);
  const roll = randomBytes(4).toString('hex').toUpperCase();
  const payment = {
    ...{ id: id('pay'), entity: 'payment', amount: 29_900, currency: 'INR', status: 'captured', order_id: null },
    ...{ invoice_id: null, international: false, method: 'upi', amount_refunded: 0, refund_status: null },
    ...{ captured: true, description: '', card_id: null, bank: null, wallet: null, vpa: 'asha@upi' },
    ...{ email: 'void@razorpay.com', contact: '+919800000001', fee: 706, tax: 108, created_at },
    notes: { name: 'Asha Rao', roll_number: roll, college_name: 'Example Institute', event_id: '1' },
  };
  const envelope = {
    ...{ entity: 'event', account_id: 'acc_Qa1b2C3d4E5f6G', event: 'payment.captured', contains: ['payment'] },
    ...{ payload: { payment: { entity: payment } }, created_at },
  };
  payment.description = 'x'.repeat(Math.max(0, BYTES - JSON.stringify(envelope).length));
  return JSON.stringify(envelope);
}

/** @param good whether its signature fits */
export function webhook(secret: string, good = true): Asked {
  const body = webhookBody();
  const signature = createHmac('sha256', good ? secret : `not ${secret}`)
    .update(body)
    .digest('hex');
  const request = wire({
    method: 'POST',
    path: '/webhooks/razorpay',
    headers: {
      'Content-Type': 'application/json',
      'X-Razorpay-Event-Id': randomBytes(7).toString('hex'),
      'X-Razorpay-Signature': signature,
    },
    body,
  });
  return { request, check: expectStatus(good ? 200 : 401) };
}
