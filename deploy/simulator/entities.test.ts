import { expect } from 'chai';
import { paymentEventPayment, qrEventPayment, refundEventPayment, restPayment } from './entities.ts';
import { Clock } from './state/clock.ts';
import { Ledger } from './state/ledger.ts';
import type { PaymentStatus } from './state/payment.ts';

describe('a payment', () => {
  it('says the same at every door, in different keys and orders', () => {
    const ledger = new Ledger(new Clock(), () => {});
    const facts = { amount: 500, currency: 'INR', email: null, contact: null, order_id: null, qr_code_id: null };
    const statuses: PaymentStatus[] = ['created', 'authorized', 'captured', 'refunded', 'failed'];
    for (const method of ['upi', 'card', 'netbanking', 'wallet', 'emi']) {
      for (const status of statuses) {
        const payment = ledger.createPayment({ ...facts, method, notes: { n: 1 }, status });
        const { acquirer_data, upi: _, ...rest } = restPayment(payment);
        for (const view of [paymentEventPayment, refundEventPayment, qrEventPayment]) {
          const shown = view(payment);
          expect(shown).to.deep.include(rest);
          expect(shown.acquirer_data).to.deep.include(acquirer_data);
        }
        const orders = [restPayment, paymentEventPayment, refundEventPayment].map((view) => Object.keys(view(payment)));
        expect(new Set(orders.map(String)).size, `${method} ${status}`).to.equal(3);
      }
    }
  });
});
