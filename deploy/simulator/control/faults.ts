import type Router from '@koa/router';
import type { Faults } from '../faults.ts';
import type { Account } from '../state/account.ts';
import { body } from './input.ts';
import { faultsBody } from './schemas.ts';

export function faultControls(router: Router, account: Account): void {
  router.get('/faults', (ctx) => {
    ctx.body = account.faults;
  });
  router.post('/faults', (ctx) => {
    account.setFaults(body(ctx, faultsBody) as Partial<Faults>);
    ctx.body = account.faults;
  });
}
