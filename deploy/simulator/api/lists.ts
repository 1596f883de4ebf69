import type { Context } from 'koa';
import type { Account } from '../state/account.ts';
import type { Dated, PageQuery, Timeline } from '../state/timeline.ts';
import { injected } from './errors.ts';
import { collection, parsePage } from './paging.ts';

/** Answers one page of a list, with its lag and whatever else is set to be wrong with it. */
export function answerList<T extends Dated>(
  ctx: Context,
  account: Account,
  timeline: Timeline<T>,
  show: (entity: T) => unknown,
  accept?: (id: string) => boolean,
): void {
  const { faults, pageFaults, clock } = account;
  const asked = parsePage(ctx.query);
  const meant = (fault: 'fail_page' | 'repeat_page' | 'shrink_page') =>
    pageFaults.means(faults[fault], ctx.path, asked.skip);
  const [fails, repeats, shrinks] = [meant('fail_page'), meant('repeat_page'), meant('shrink_page')];
  if (fails) throw injected(faults.status);
  const query: PageQuery = repeats ? { ...asked, skip: Math.max(0, asked.skip - asked.count) } : asked;
  const items = timeline.page(query, clock.machineMs() - faults.list_lag_ms, accept);
  const shown = shrinks ? items.slice(0, Math.floor(items.length / 2)) : items;
  ctx.body = collection(shown.map(show));
}
