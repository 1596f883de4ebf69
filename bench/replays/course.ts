/** What became of each payment, and when: counted over the whole time. Pure. All times are ms since the start. */
import { percentiles } from '../measure/statistics.ts';

export interface Fate {
  /** When it was to be paid: from then on somebody waits. */
  paidAt: number;
  ticketAt: number | null;
  mailAt: number | null;
  /** Its webhooks were lost. */
  lost: boolean;
}

export interface Waits {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** From payment to mail; null where there was none. */
export function waits(fates: readonly Fate[]): Waits | null {
  const all = fates.flatMap(({ paidAt, mailAt }) => (mailAt === null ? [] : [mailAt - paidAt]));
  if (all.length === 0) return null;
  const max = all.reduce((most, one) => Math.max(most, one), 0);
  return { count: all.length, ...percentiles(all), max };
}

export interface Moment {
  at: number;
  /** Paid by now, and no ticket yet. */
  withoutTicket: number;
  withoutMail: number;
}

/** So many moments from the first payment to the last mail. */
export function backlog(fates: readonly Fate[], moments: number): Moment[] {
  const ends = fates.flatMap(({ paidAt, ticketAt, mailAt }) => [paidAt, ticketAt ?? 0, mailAt ?? 0]);
  const end = ends.reduce((last, one) => Math.max(last, one), 0);
  const open = (at: number, of: (fate: Fate) => number | null) =>
    fates.filter((fate) => fate.paidAt <= at && (of(fate) ?? Number.POSITIVE_INFINITY) > at).length;
  return Array.from({ length: moments }, (_, nth) => {
    const at = (end * nth) / (moments - 1);
    return { at, withoutTicket: open(at, ({ ticketAt }) => ticketAt), withoutMail: open(at, ({ mailAt }) => mailAt) };
  });
}
