/** What came in and went out today, and what waits for a person, as far as somebody may see it. */
import { dateFormat } from '../../../shared/date-format.ts';
import type { HoldReason } from '../../../shared/outcome.ts';
import { eventIdScope, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';
import { parseMoment } from '../http/moments.ts';
import { withFlag } from '../payments/search.ts';

const TIMEZONE = 'Asia/Kolkata';

/** When today began where QRFlow's students are. */
export function dayStart(now: Date, timezone = TIMEZONE): Date {
  const day = dateFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(now);
  return parseMoment(day, timezone) ?? now;
}

export interface Today {
  since: Date;
  money: { currency: string; amount: number; payments: number }[];
  tickets: number;
  mails: number;
  checkins: number;
}

export interface Needs {
  held: { reason: HoldReason; payments: number }[];
  mailsFailed: number;
  mailsWithoutAddress: number;
  deadLetters: number;
  disputed: number;
  refundedAfterEntry: number;
}

export async function readToday({ store }: Pick<Gateway, 'store'>, user: Viewer, now: Date): Promise<Today> {
  const since = dayStart(now);
  const scope = await eventIdScope({ store }, user);
  const ofToday = (field: string) => ({ $and: [scope, { [field]: { $gte: since } }] });
  const [money, tickets, mails, checkins] = await Promise.all([
    store.payments.aggregate<{ _id: string; amount: number; payments: number }>([
      {
        $match: {
          $and: [
            scope,
            {
              'payment.value.created_at': { $gte: Math.floor(since.getTime() / 1_000) },
              'payment.value.captured': true,
              'outcome.kind': { $ne: 'foreign' },
            },
          ],
        },
      },
      { $group: { _id: '$payment.value.currency', amount: { $sum: '$payment.value.amount' }, payments: { $sum: 1 } } },
      { $sort: { amount: -1 } },
    ]),
    store.attendees.countDocuments(ofToday('ticket.issued_at')),
    store.mails.countDocuments(ofToday('sent_at')),
    store.attendees.countDocuments(ofToday('checked_in_at')),
  ]);
  return {
    since,
    money: money.map(({ _id, amount, payments }) => ({ currency: _id, amount, payments })),
    tickets,
    mails,
    checkins,
  };
}

export async function readNeeds({ store }: Pick<Gateway, 'store'>, user: Viewer): Promise<Needs> {
  const scope = await eventIdScope({ store }, user);
  const mails = (state: 'failed' | 'no_address') => store.mails.countDocuments({ $and: [scope, { state }] });
  const [held, mailsFailed, mailsWithoutAddress, deadLetters, disputed, refundedAfterEntry] = await Promise.all([
    store.payments.aggregate<{ _id: HoldReason; payments: number }>([
      { $match: { $and: [scope, { 'outcome.kind': 'held' }] } },
      { $group: { _id: '$outcome.reason', payments: { $sum: 1 } } },
      { $sort: { payments: -1, _id: 1 } },
    ]),
    mails('failed'),
    mails('no_address'),
    user.role === 'admin' ? store.deadLetters.countDocuments({ state: 'dead' }) : 0,
    store.payments.countDocuments({ $and: [scope, withFlag('disputed')] }),
    store.payments.countDocuments({
      $and: [scope, withFlag('refunded_after_entry')],
    }),
  ]);
  return {
    held: held.map(({ _id, payments }) => ({ reason: _id, payments })),
    mailsFailed,
    mailsWithoutAddress,
    deadLetters,
    disputed,
    refundedAfterEntry,
  };
}
