/** How much is pending, held and owed: counted now and then, not per payment. */
import { HOLD_REASONS } from '../../../shared/outcome.ts';
import { MAIL_STATES } from '../../../shared/store/documents.ts';
import { NOT_REFUSED_ALONE, REFUSED_ALONE } from '../mail/refused.ts';
import type { SettleTools } from '../settle/settle.ts';

/** What lies ahead was written by a clock that was wrong, and waits all the longer: its distance counts, too. */
const age = (since: Date | null | undefined): number => (since ? Math.abs(Date.now() - since.getTime()) / 1_000 : 0);

/**
 * Faults of whom a mail is for: one full mailbox holds its mail back for days. After so many tries it rests for a quarter
 * of an hour and longer (../mail/retry.ts); greylisting is over by then.
 */
const PUT_OFF = {
  temporary: { 'error.kind': 'temporary', attempts: { $gte: 5 } },
  unconfirmed: { 'error.kind': 'unconfirmed', attempts: { $gte: 1 } },
  refused: { 'error.kind': 'server', ...REFUSED_ALONE },
};
const BY_RECEIVER = ['temporary', 'unconfirmed'];

export async function countBacklog({ store, metrics }: SettleTools): Promise<void> {
  const [pending, oldest, held, mails, oldestMail, putOff, deadLetters] = await Promise.all([
    store.payments.countDocuments({ pending: true }),
    store.payments.findOne({ pending: true }, { pending_since: 1 }).sort({ pending_since: 1 }).lean(),
    store.payments.aggregate<{ _id: string; n: number }>([
      { $match: { 'outcome.kind': 'held' } },
      { $group: { _id: '$outcome.reason', n: { $sum: 1 } } },
    ]),
    Promise.all(MAIL_STATES.map((state) => store.mails.countDocuments({ state }))),
    store.mails
      .findOne(
        { state: { $in: ['owed', 'sending'] }, 'error.kind': { $nin: BY_RECEIVER }, ...NOT_REFUSED_ALONE },
        { created_at: 1 },
      )
      .sort({ created_at: 1 })
      .lean(),
    Promise.all(
      Object.entries(PUT_OFF).map(async ([kind, filter]) => ({
        kind,
        mails: await store.mails.countDocuments({ state: 'owed', ...filter }),
      })),
    ),
    store.deadLetters.countDocuments({ state: 'dead' }),
  ]);
  metrics.pending.set(pending);
  metrics.deadLettersWaiting.set(deadLetters);
  metrics.pendingAge.set(age(oldest?.pending_since));
  metrics.mailsOwedAge.set(age(oldestMail?.created_at));
  for (const { kind, mails } of putOff) metrics.mailsPutOff.set({ kind }, mails);
  for (const reason of HOLD_REASONS) metrics.held.set({ reason }, held.find(({ _id }) => _id === reason)?.n ?? 0);
  for (const [index, state] of MAIL_STATES.entries()) metrics.mails.set({ state }, mails[index] ?? 0);
}
