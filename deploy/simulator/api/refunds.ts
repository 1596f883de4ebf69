import type Router from '@koa/router';
import type { Account } from '../state/account.ts';
import { answerList } from './lists.ts';
import { entity, known } from './one.ts';

export function refundRoutes(router: Router, account: Account): void {
  router.get('/refunds', (ctx) => {
    answerList(ctx, account, account.ledger.refunds, entity);
  });
  router.get('/refunds/:id', (ctx) => {
    ctx.body = known(account.ledger.refunds, ctx.params.id);
  });
}
