import type Router from '@koa/router';
import { restPayment } from '../entities.ts';
import type { Account } from '../state/account.ts';
import { answerList } from './lists.ts';
import { entity, known } from './one.ts';
import { collection } from './paging.ts';

export function orderRoutes(router: Router, account: Account): void {
  router.get('/orders', (ctx) => {
    answerList(ctx, account, account.ledger.orders, entity);
  });
  router.get('/orders/:id', (ctx) => {
    ctx.body = known(account.ledger.orders, ctx.params.id);
  });
  router.get('/orders/:id/payments', (ctx) => {
    const { id } = known(account.ledger.orders, ctx.params.id);
    ctx.body = collection(account.ledger.paymentsOfOrder(id).map(restPayment));
  });
}
