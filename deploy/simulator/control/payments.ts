import type Router from '@koa/router';
import { restPayment } from '../entities.ts';
import type { Account } from '../state/account.ts';
import type { Payment } from '../state/payment.ts';
import { createPayment } from './create-payment.ts';
import { body, ControlError } from './input.ts';
import { disputeBody, noBody, notesBody, paymentBody, qrCodeBody, refundBody, refundFailsBody } from './schemas.ts';

export function paymentControls(router: Router, account: Account): void {
  router.post('/payments', (ctx) => {
    const payment = createPayment(account, body(ctx, paymentBody));
    ctx.status = 201;
    ctx.body = shown(payment);
  });
  router.get('/payments', (ctx) => {
    ctx.body = finalStates(account);
  });
  router.get('/payments/:id', (ctx) => {
    const id = String(ctx.params.id);
    const { ledger } = account;
    ctx.body = { ...shown(ledger.payment(id)), refunds: ledger.refundsOf(id), disputes: ledger.disputesOf(id) };
  });
  for (const step of ['authorize', 'capture', 'fail'] as const) {
    router.post(`/payments/:id/${step}`, (ctx) => {
      body(ctx, noBody);
      ctx.body = shown(account.ledger[step](String(ctx.params.id)));
    });
  }
  router.post('/payments/:id/refund', (ctx) => {
    const { amount, status } = body(ctx, refundBody);
    ctx.body = account.ledger.refund(String(ctx.params.id), amount, status);
  });
  router.post('/payments/:id/refund-fails', (ctx) => {
    const { refund_id } = body(ctx, refundFailsBody);
    ctx.body = account.ledger.failRefund(String(ctx.params.id), refund_id);
  });
  router.post('/refunds/:id/process', (ctx) => {
    body(ctx, noBody);
    ctx.body = account.ledger.processRefund(String(ctx.params.id));
  });
  router.post('/payments/:id/dispute', (ctx) => {
    const { status, amount } = body(ctx, disputeBody);
    ctx.body = account.ledger.dispute(String(ctx.params.id), status, amount);
  });
  router.post('/payments/:id/notes', (ctx) => {
    const { notes } = body(ctx, notesBody);
    ctx.body = shown(account.ledger.editNotes(String(ctx.params.id), notes));
  });
  router.post('/payments/:id/forget', (ctx) => {
    body(ctx, noBody);
    account.ledger.forget(String(ctx.params.id));
    ctx.status = 204;
  });
  router.post('/qr_codes', (ctx) => {
    const wanted = body(ctx, qrCodeBody);
    if (wanted.id !== undefined && account.ledger.qrCodes.has(wanted.id)) {
      throw new ControlError(`id: ${wanted.id} is taken`);
    }
    ctx.status = 201;
    ctx.body = account.ledger.createQrCode(wanted, true);
  });
}

/** The REST entity and what it does not tell: the QR code. */
function shown(payment: Payment): Record<string, unknown> {
  return { ...restPayment(payment), qr_code_id: payment.qr_code_id };
}

/** Every payment as it stands, newest first, with all that belongs to it: what a test's model is compared with. */
function finalStates({ ledger }: Account): unknown[] {
  const refunds = byPayment(ledger.refunds.values());
  const disputes = byPayment(ledger.disputes.values());
  const states = [...ledger.payments.values()].map((payment) => ({
    ...shown(payment),
    order_notes: ledger.orders.get(payment.order_id ?? '')?.notes ?? null,
    qr_notes: ledger.qrCodes.get(payment.qr_code_id ?? '')?.notes ?? null,
    refunds: refunds.get(payment.id) ?? [],
    disputes: disputes.get(payment.id) ?? [],
  }));
  return states.reverse();
}

function byPayment<T extends { payment_id: string }>(entities: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entity of entities) {
    const group = groups.get(entity.payment_id);
    if (group === undefined) groups.set(entity.payment_id, [entity]);
    else group.push(entity);
  }
  return groups;
}
