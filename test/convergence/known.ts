/** Histories that once ended wrong, or are known to be hard: played in each run, whatever the seed. */
import type { Chapter, History, Payment, Post, Step } from './history.ts';

const paid = (change: Partial<Payment> = {}): Payment => ({
  do: 'pay',
  layout: 'payment',
  named: 'first',
  student: 0,
  amount: 'price',
  currency: 'INR',
  status: 'captured',
  old: false,
  address: 'notes',
  ...change,
});
const refunded = { do: 'refund', nth: 0, part: 'all', status: 'processed' } as const satisfies Step;
const refundFails: Step = { do: 'refund_fails', nth: 0 };

const post = (...after: number[]): Post => ({ after, place: 0, retold: false, before: false, late: false });
const late: Post = { ...post(0), late: true };
const told = (...steps: Step[]): History => ({ steps, posts: [post(0)] });
const lost = (...steps: Step[]): History => ({ steps, posts: [post()] });

const HISTORIES: History[] = [
  // Refunded before any sight of it: only the order or the code tells that it was ours.
  lost(paid({ layout: 'order' }), refunded),
  told(paid({ layout: 'order' }), refunded),
  lost(paid({ layout: 'code' }), refunded),
  // Some details stand on the code, some on the payment.
  lost(paid({ layout: 'code_too', address: 'payment' })),
  told(paid({ layout: 'code_too', address: 'payment' })),
  lost(paid({ layout: 'code_too' }), refunded),
  // Money given back before it was captured, which fails.
  told(paid({ status: 'authorized' }), refunded, refundFails),
  told(paid({ status: 'authorized' }), refunded, refundFails, { do: 'capture', nth: 0 }),
  // Not ours, and stored so, until its notes are changed at Razorpay.
  told(paid({ layout: 'foreign' }), { do: 'edit', nth: 0, to: 'whole' }),
  lost(paid({ layout: 'foreign' }), { do: 'edit', nth: 0, to: 'whole' }),
  // The first of a student's two payments is refunded, and that fails.
  told(paid(), paid(), refunded, refundFails),
];

/** With time between the steps, and all within one second. */
export const KNOWN: Chapter[] = [
  {
    histories: HISTORIES,
    pauses: [
      { what: 'rest', seconds: 2 },
      { what: 'rest', seconds: 1 },
    ],
  },
  { histories: HISTORIES, pauses: HISTORIES.map(() => ({ what: 'none', seconds: 0 })) },
  // A sweep looks in the second in which a refund is made and done; that it was made is heard much later, that it is done never.
  {
    histories: [{ steps: [paid(), { ...refunded, part: 'half' }], posts: [post(0), post(0), late, post()] }],
    pauses: [
      { what: 'rest', seconds: 2 },
      { what: 'sweep', seconds: 0 },
    ],
  },
];
