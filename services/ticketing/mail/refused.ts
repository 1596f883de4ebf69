/**
 * Mails that the server refuses for good, and not for their address. Once it may be anything, a quota as well; again and again
 * while others get through it is this mail alone. Such a refusal says nothing of the server: it opens no breaker, and the
 * mail keeps its rest when the server works again. It goes on being tried: a policy changes, a mailbox is emptied.
 */
import type { MailDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { refusesThisMail } from './faults.ts';

const TIMES = 3;

export const isRefusedAlone = ({ error }: Pick<MailDoc, 'error'>): boolean => (error?.alone ?? 0) >= TIMES;

export const REFUSED_ALONE = { 'error.alone': { $gte: TIMES } };
export const NOT_REFUSED_ALONE = { 'error.alone': { $not: { $gte: TIMES } } };

/** How often it was by now, this failure included. */
export async function timesRefusedAlone(store: Store, { error: last }: MailDoc, error: unknown): Promise<number> {
  const before = last?.alone ?? 0;
  if (!refusesThisMail(error)) return before;
  const first = last === null || before === 0;
  return first || (await store.mails.exists({ sent_at: { $gt: last.at } })) ? before + 1 : before;
}
