import type Router from '@koa/router';
import { restPayment } from '../entities.ts';
import type { Account } from '../state/account.ts';
import { answerList } from './lists.ts';
import { entity, known } from './one.ts';
import { collection } from './paging.ts';

export function qrCodeRoutes(router: Router, account: Account): void {
  router.get('/payments/qr_codes', (ctx) => {
    const { payments, qrCodes } = account.ledger;
    const paymentId = ctx.query.payment_id;
    if (paymentId === undefined) {
      answerList(ctx, account, qrCodes, entity);
      return;
    }
    const { qr_code_id } = known(payments, String(paymentId));
    ctx.body = collection(qr_code_id === null ? [] : [known(qrCodes, qr_code_id)]);
  });
  router.get('/payments/qr_codes/:id', (ctx) => {
    ctx.body = known(account.ledger.qrCodes, ctx.params.id);
  });
  router.get('/payments/qr_codes/:id/payments', (ctx) => {
    const { id } = known(account.ledger.qrCodes, ctx.params.id);
    const { payments } = account.ledger;
    answerList(ctx, account, payments, restPayment, (paymentId) => payments.get(paymentId)?.qr_code_id === id);
  });
}
