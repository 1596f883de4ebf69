/** One history told in several ways: with some webhooks, in another order, with all, with none. */
import { stripped } from '../../shared/razorpay/facts.ts';
import { outcomeOf } from './compare.ts';
import type { Chapter, History, Post } from './history.ts';
import type { Played } from './play.ts';
import type { casesOf } from './review.ts';

const LOST: Post = { after: [], place: 0, retold: false, before: false, late: false };

/** The history as it is, turned around, with everything told at once, and with nothing told at all (P3). */
export const ways = ({ steps, posts }: History): History[] => [
  { steps, posts },
  {
    steps,
    posts: posts.map((post) => ({ ...post, after: post.after.map((rounds) => 9 - rounds), place: -post.place })),
  },
  { steps, posts: [{ ...LOST, after: [0] }] },
  { steps, posts: [LOST] },
];

/** People decide by what they see, which depends on the telling: here nobody decides. */
const undecided = ({ steps, posts }: History): History => ({
  steps: steps.map((step) => (step.do === 'fix' ? { do: 'nothing' } : step)),
  posts,
});

export const twins = ({ histories, pauses }: Chapter): Chapter => ({
  histories: histories.flatMap((history) => ways(undecided(history))),
  pauses,
});

type Case = Awaited<ReturnType<typeof casesOf>>[number][number];

/** What a payment came to, in words that are the same for each twin: no ids, and nothing that the bank made up. */
function told({ stored, edited }: Case, competing: boolean, { stage }: Played): string {
  const { payment, attendees } = stored;
  const values = (group: object | undefined) =>
    Object.values(group ?? {})
      .map(({ value }) => JSON.stringify({ ...value, id: null, payment_id: null }))
      .sort();
  const { rrn: _made, ...facts } = payment?.payment?.value ?? { rrn: null };
  const free = edited || competing;
  // Whose notes became another's stays ours where it had a ticket by then, and else loses what is personal.
  const value = <T extends object>(register: { value: T } | undefined) =>
    register && (free ? stripped(register.value) : register.value);
  const told = [
    value({ value: facts }),
    value(payment?.order),
    value(payment?.qr),
    values(payment?.refunds),
    values(payment?.disputes),
    free ? null : [outcomeOf(payment), payment?.flags, payment?.details, { event_id: payment?.event_id }],
    free ? null : attendees.filter(({ live }) => live).map(({ details, email }) => [details, email]),
  ];
  // Numbers of events as people write them, in notes; elsewhere a number is money or time.
  const events = new Map([
    [String(stage.first.id), 'first'],
    [stage.first.slug, 'first'],
    [String(stage.small.id), 'small'],
  ]);
  const text = JSON.stringify(told, (key, value) =>
    typeof value === 'string' || key === 'event_id' ? (events.get(String(value)) ?? value) : value,
  );
  return text.replace(/"(pay|order|qr)_\w{14}"|"#\w{14}"/g, '"$1"').replace(/(R-|Asha |")\d+-(\d)/g, '$1$2');
}

/** Where twins differ, as sentences. */
export function unlikeTwins(all: readonly Played[], cases: readonly Case[][]): string[] {
  const size = ways({ steps: [], posts: [] }).length;
  const differences: string[] = [];
  for (let first = 0; first < all.length; first += size) {
    const competing = all
      .slice(first, first + size)
      .some((_, way) => cases[first + way]?.some(({ stored }) => /duplicate|full/.test(outcomeOf(stored.payment))));
    const each = all
      .slice(first, first + size)
      .map((played, way) => cases[first + way]?.map((one) => told(one, competing, played)) ?? []);
    for (const [way, payments] of each.entries())
      for (const [nth, text] of payments.entries())
        if (text !== each[0]?.[nth])
          differences.push(
            `told in way ${way}, payment ${nth} of history ${first / size} is ${text}\n  and else ${each[0]?.[nth]}`,
          );
  }
  return differences;
}
