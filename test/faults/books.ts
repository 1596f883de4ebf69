/** What happens at the simulated Razorpay without a webhook telling of it: only a sweep can find it. */
import type { Answer, World } from '../world.ts';
import { student, until } from '../world.ts';

export const nowSeconds = () => Math.floor(Date.now() / 1_000);

export interface Books {
  /** A captured payment of a new student, unless said otherwise. */
  pay(facts?: Record<string, unknown>): Promise<string>;
  note(id: string, section: string): void;
  capture(id: string): void;
  refund(id: string, amount: number): string;
  dispute(id: string): string;
}

export function quietBooks({ razorpay }: World): Books {
  const { account } = razorpay.simulator;
  const payment = (id: string) => account.ledger.payment(id);
  return {
    async pay(facts = {}) {
      const made = await razorpay.control<{ id: string }>('/payments', {
        amount: 29_900,
        notes: student(),
        created_at: nowSeconds() - 600,
        quiet: true,
        ...facts,
      });
      return made.id;
    },
    note: (id, section) =>
      void account.quietly(() => account.ledger.editNotes(id, { ...(payment(id).notes as object), section })),
    capture: (id) =>
      void account.quietly(() => {
        account.ledger.authorize(id);
        account.ledger.capture(id);
      }),
    refund: (id, amount) => account.quietly(() => account.ledger.refund(id, amount, 'processed')).id,
    dispute: (id) => account.quietly(() => account.ledger.dispute(id, 'created', undefined)).id,
  };
}

/** Every way in which a call to Razorpay can go wrong; `at` says which calls. */
export const CALL_FAULTS: readonly [string, Record<string, unknown>][] = [
  ['429', { error_rate: 1, status: 429 }],
  ['500', { error_rate: 1, status: 500 }],
  ['a 502 page of HTML', { html_rate: 1, html_status: 502 }],
  ['HTML with 200', { html_rate: 1, html_status: 200 }],
  ['no answer at all', { hang_rate: 1 }],
  ['a connection that is cut', { reset_rate: 1 }],
  ['JSON that ends in the middle', { wrong_json_rate: 1 }],
  ['JSON of another shape', { odd_json_rate: 1 }],
];

export const WELL = {
  at: null,
  error_rate: 0,
  html_rate: 0,
  hang_rate: 0,
  reset_rate: 0,
  wrong_json_rate: 0,
  odd_json_rate: 0,
  rate_limit_per_s: null,
  list_lag_ms: 0,
  fail_page: null,
  repeat_page: null,
  shrink_page: null,
};

/** For ingest in tests where Razorpay hangs: it waits for no answer for long. */
export const IMPATIENT = { timeoutMs: 150, retry: { tries: 2, baseMs: 5, maxMs: 20 } };

/** Asks again where a healthy Razorpay was only later than that, as on a loaded machine. */
export const inTime = (ask: () => Promise<Answer>): Promise<Answer> =>
  until(ask, ({ body }) => !JSON.stringify(body).includes('no answer within'), 'an answer in time', 60_000);
