import type Router from '@koa/router';
import { restPayment } from '../entities.ts';
import type { Account } from '../state/account.ts';
import { unknownId } from './errors.ts';
import { answerList } from './lists.ts';
import { entity, known } from './one.ts';

/** Has to come after the QR code routes: `/payments/:id` would take `qr_codes` for an id. */
export function paymentRoutes(router: Router, account: Account): void {
  router.get('/payments', (ctx) => {
    answerList(ctx, account, account.ledger.payments, restPayment);
  });
  router.get('/payments/:id', (ctx) => {
    ctx.body = restPayment(known(account.ledger.payments, ctx.params.id));
  });
  router.get('/payments/:id/refunds', (ctx) => {
    const { id } = known(account.ledger.payments, ctx.params.id);
    const { refunds } = account.ledger;
    answerList(ctx, account, refunds, entity, (refundId) => refunds.get(refundId)?.payment_id === id);
  });
  router.get('/payments/:id/refunds/:refund', (ctx) => {
    const refund = known(account.ledger.refunds, ctx.params.refund);
    if (refund.payment_id !== ctx.params.id) throw unknownId();
    ctx.body = refund;
  });
}
