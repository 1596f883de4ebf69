/**
 * Histories: what happens at Razorpay, what organisers do meanwhile, and what becomes of each webhook. Plain data, so
 * that a failing one can be read, shrunk, replayed and kept as an example.
 */
import fc from 'fast-check';

/** Where the student's details stand. */
export const LAYOUTS = [
  'payment',
  'aliases',
  'order',
  'split',
  'code',
  'event_code',
  'bare_code',
  'code_too',
  'foreign',
  'name_only',
  'no_roll_number',
] as const;
export type Layout = (typeof LAYOUTS)[number];

export const NAMED = ['first', 'slug', 'small', 'nowhere', 'unknown'] as const;
/** Which event the notes name: by number, by slug, the one with one seat, none, one that does not exist. */
export type Named = (typeof NAMED)[number];

export interface Payment {
  do: 'pay';
  layout: Layout;
  named: Named;
  /** Two payments of the same student compete. */
  student: number;
  amount: 'price' | 'less' | 'more';
  currency: 'INR' | 'USD';
  status: 'created' | 'failed' | 'authorized' | 'captured';
  /** Paid an hour ago. */
  old: boolean;
  address: 'notes' | 'payment' | 'none';
}

export const EDITS = ['rename', 'other_event', 'no_roll_number', 'foreign', 'whole'] as const;
export type Edit = (typeof EDITS)[number];

/** `nth` payment of the history; what does not fit its state is refused by Razorpay, and nothing happened. */
export type Step =
  | { do: 'nothing' }
  | Payment
  | { do: 'authorize' | 'capture' | 'fail' | 'process_refund' | 'refund_fails'; nth: number }
  | { do: 'refund'; nth: number; part: 'all' | 'half'; status: 'pending' | 'processed' }
  | { do: 'dispute'; nth: number; status: 'created' | 'under_review' | 'won' | 'lost' | 'closed' }
  | { do: 'edit'; nth: number; to: Edit }
  /** An organiser does what the payment's hold asks for. */
  | { do: 'fix'; nth: number }
  /** An organiser finds one more seat. */
  | { do: 'seat' };

/** What becomes of one webhook. */
export interface Post {
  /** One delivery each, so many rounds after it happened; none: it is lost. */
  after: number[];
  /** Of those that are due in one round, the lower goes first. */
  place: number;
  /** Repeated under an id of its own. */
  retold: boolean;
  /** Signed with the secret before the current one. */
  before: boolean;
  /** The last delivery comes after the last sweep: what it tells is old by then. */
  late: boolean;
}

export interface History {
  /** One a round. */
  steps: Step[];
  /** For the webhooks as they come; the last counts for all that follow. */
  posts: Post[];
}

/** Between two rounds: nothing, a sweep, one whose lists are a minute old, or until all is settled and mailed. */
export type Pause = 'none' | 'sweep' | 'stale_sweep' | 'rest';

/** Histories that are played side by side, round by round, under one clock. */
export interface Chapter {
  histories: History[];
  pauses: { what: Pause; seconds: number }[];
}

/** Without fast-check's null prototypes, which would fill every report. */
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const nth = fc.nat({ max: 2 });
const often = <T>(usual: T, ...rare: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(usual, ...rare) });

const payment: fc.Arbitrary<Payment> = record({
  do: fc.constant('pay'),
  layout: often<Layout>(...LAYOUTS),
  named: often<Named>(...NAMED),
  student: fc.nat({ max: 1 }),
  amount: often<Payment['amount']>('price', 'more', 'less'),
  currency: fc.oneof(
    { weight: 9, arbitrary: fc.constant<'INR' | 'USD'>('INR') },
    { weight: 1, arbitrary: fc.constant('USD') },
  ),
  status: often<Payment['status']>('captured', 'authorized', 'failed', 'created'),
  old: fc.boolean(),
  address: often<Payment['address']>('notes', 'payment', 'none'),
});

const change: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: record({ do: fc.constant('authorize'), nth }) },
  { weight: 2, arbitrary: record({ do: fc.constant('capture'), nth }) },
  { weight: 1, arbitrary: record({ do: fc.constant('fail'), nth }) },
  {
    weight: 4,
    arbitrary: record({
      do: fc.constant('refund'),
      nth,
      part: fc.constantFrom('all', 'half'),
      status: fc.constantFrom('processed', 'pending'),
    }),
  },
  { weight: 1, arbitrary: record({ do: fc.constant('process_refund'), nth }) },
  { weight: 3, arbitrary: record({ do: fc.constant('refund_fails'), nth }) },
  {
    weight: 2,
    arbitrary: record({
      do: fc.constant('dispute'),
      nth,
      status: fc.constantFrom('created', 'under_review', 'won', 'lost', 'closed'),
    }),
  },
  { weight: 2, arbitrary: record({ do: fc.constant('edit'), nth, to: fc.constantFrom(...EDITS) }) },
  { weight: 3, arbitrary: record({ do: fc.constant('fix'), nth }) },
  { weight: 1, arbitrary: fc.constant({ do: 'seat' }) },
) as fc.Arbitrary<Step>;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'nothing' }) },
  { weight: 2, arbitrary: payment },
  { weight: 6, arbitrary: change },
);

const post: fc.Arbitrary<Post> = record({
  after: fc.oneof(
    { weight: 3, arbitrary: fc.constant([0] as number[]) },
    { weight: 4, arbitrary: fc.array(fc.nat({ max: 9 }), { maxLength: 2 }) },
  ),
  place: fc.nat({ max: 9 }),
  retold: fc.boolean(),
  before: fc.boolean(),
  late: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 2, arbitrary: fc.constant(true) }),
});

/** `rounds` of steps, the first of which is a payment. */
export const history = (rounds: number): fc.Arbitrary<History> =>
  record<History>({
    steps: fc
      .tuple(payment, fc.array(step, { minLength: 1, maxLength: rounds - 1 }))
      .map(([first, rest]): Step[] => [first, ...rest]),
    posts: fc.array(post, { minLength: 1, maxLength: 12 }),
  });

const pause: fc.Arbitrary<Chapter['pauses'][number]> = record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Pause>('none') },
    { weight: 2, arbitrary: fc.constantFrom<Pause>('rest', 'sweep') },
    { weight: 1, arbitrary: fc.constantFrom<Pause>('sweep', 'stale_sweep') },
  ),
  seconds: fc.constantFrom(1, 0, 0, 2, 120),
});

export const pauses = (rounds: number): fc.Arbitrary<Chapter['pauses']> => fc.array(pause, { maxLength: rounds });

export const chapter = (rounds: number, side: number): fc.Arbitrary<Chapter> =>
  record<Chapter>({
    histories: fc.array(history(rounds), { minLength: 1, maxLength: side, size: 'max' }),
    pauses: pauses(rounds),
  });
