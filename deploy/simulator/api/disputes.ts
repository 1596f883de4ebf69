import type Router from '@koa/router';
import type { Account } from '../state/account.ts';
import { answerList } from './lists.ts';
import { entity, known } from './one.ts';

export function disputeRoutes(router: Router, account: Account): void {
  router.get('/disputes', (ctx) => {
    answerList(ctx, account, account.ledger.disputes, entity);
  });
  router.get('/disputes/:id', (ctx) => {
    ctx.body = known(account.ledger.disputes, ctx.params.id);
  });
}
