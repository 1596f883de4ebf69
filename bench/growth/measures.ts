/** What is measured at each size of the store: the same work each time, and what it costs each process. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttendeeDoc } from '../../shared/store/documents.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { until } from '../../test/until.ts';
import { booked, booking, studentNotes } from '../load/books.ts';
import type { Stage } from '../process/stage.ts';
import type { Whole } from '../process/whole.ts';

export interface Measure {
  name: string;
  does: string;
  /** How often the work is done. */
  times: number;
  /** Does it once; the nth time. */
  once(whole: Whole, nth: number): Promise<void>;
  /** Not part of what is measured. */
  before?(whole: Whole, times: number): Promise<void>;
}

const WITHIN_MS = 120_000;
const PAGE = 100;
const LONG_AGO_S = 86_400;

const settledOf = (whole: Whole, id: string) =>
  until(
    () => whole.store.payments.exists({ _id: id, pending: false, 'outcome.kind': 'ticketed' }),
    (found) => found !== null,
    `${id} has its ticket`,
    WITHIN_MS,
    5,
  );

export function measures({ secrets, sizes }: Stage): Measure[] {
  const idleMs = sizes.steadyMs / 2;
  const key = readSigningKey(secrets.ticketSigningKey);
  let tickets: string[] = [];
  let window = { from: 0, to: 0 };
  return [
    {
      name: 'settle',
      does: 'a new payment, from its webhook to its ticket',
      times: sizes.repeats,
      async once(whole) {
        const { account } = whole.razorpay.simulator;
        await settledOf(whole, booking(account, studentNotes(), account.clock.seconds()).id);
      },
    },
    {
      name: 'list',
      does: 'a page of an event’s payments',
      times: Math.ceil(sizes.repeats / 2),
      once: async (whole) => void (await whole.ask('GET', '/api/events/1/payments?limit=50')),
    },
    {
      name: 'search',
      does: 'payments by a roll number',
      times: Math.ceil(sizes.repeats / 2),
      once: async (whole) => void (await whole.ask('GET', `/api/payments?q=${randomBytes(6).toString('hex')}`)),
    },
    {
      name: 'check-in',
      does: 'a scan that lets somebody in',
      times: sizes.repeats,
      async before(whole, times) {
        const waiting = { live: true, checked_in_at: null, 'ticket.event_id': 1 };
        const found = await whole.store.attendees.find(waiting).limit(times).lean<AttendeeDoc[]>();
        if (found.length < times) throw new Error(`only ${found.length} of ${times} attendees can be let in`);
        tickets = await Promise.all(found.map(({ ticket }) => signTicket({ ticket: ticket.id, event: 1 }, key)));
      },
      async once(whole, nth) {
        const { reason } = await whole.ask<{ reason: string }>('POST', '/api/checkin/scan', { qr_token: tickets[nth] });
        if (reason !== 'ok') throw new Error(`not let in: ${reason}`);
      },
    },
    {
      name: 'sweep',
      does: `a sync of a stretch with ${PAGE} payments, nothing new`,
      times: Math.ceil(sizes.repeats / 8),
      async before(whole) {
        const { account } = whole.razorpay.simulator;
        const to = account.clock.seconds() - LONG_AGO_S - Math.floor(Math.random() * 30) * LONG_AGO_S;
        window = { from: to - PAGE, to };
        booked(account, to, PAGE, () => null);
        await whole.ask('POST', '/api/payments/sync', window);
      },
      async once(whole) {
        const swept = await whole.ask<{ complete: boolean; published: number }>('POST', '/api/payments/sync', window);
        if (!swept.complete) throw new Error(`a sweep that is not complete: ${JSON.stringify(swept)}`);
      },
    },
    {
      name: 'idle',
      does: `${idleMs / 1_000} s of nothing: the outbox and the recovery look for work`,
      times: 2,
      once: () => sleep(idleMs),
    },
  ];
}
