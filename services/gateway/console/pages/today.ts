/** Today: what needs a person first, what came in and went out, and how the machinery is. */

import type { SignedIn } from '../../http/route.ts';
import { HOLDS } from '../../payments/holds.ts';
import { listEvents } from '../../routes/events/list.ts';
import { healthFacts } from '../../system/health-facts.ts';
import { type HealthWord, healthWords } from '../../system/health-words.ts';
import { type Needs, readNeeds, readToday } from '../../system/today.ts';
import { liveStream } from '../live.ts';
import { type PageCall, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';
import { render } from '../views.ts';

const LIVE_EVERY_MS = 4_000;

interface Need {
  count: number;
  text: string;
  href: string;
}

const plural = (count: number, one: string, more = `${one}s`) => (count === 1 ? one : more);

/** What waits for a person, the most pressing first. */
export function needsInWords(needs: Needs): Need[] {
  const all: Need[] = [
    ...needs.held.map(({ reason, payments }) => ({
      count: payments,
      text: `${plural(payments, 'payment is', 'payments are')} held: ${HOLDS[reason].text}`,
      href: `/held?reason=${reason}`,
    })),
    {
      count: needs.deadLetters,
      text: `${plural(needs.deadLetters, 'message')} could not be handled`,
      href: '/dead-letters?state=dead',
    },
    {
      count: needs.mailsFailed,
      text: `${plural(needs.mailsFailed, 'mail')} could not be delivered: the address is wrong or refuses mail`,
      href: '/mails?state=failed',
    },
    {
      count: needs.mailsWithoutAddress,
      text: `${plural(needs.mailsWithoutAddress, 'ticket has', 'tickets have')} no address to go to`,
      href: '/mails?state=no_address',
    },
    {
      count: needs.refundedAfterEntry,
      text: `${plural(needs.refundedAfterEntry, 'payment was', 'payments were')} refunded after the ticket had been used`,
      href: '/payments?flag=refunded_after_entry',
    },
    {
      count: needs.disputed,
      text: `${plural(needs.disputed, 'payment is', 'payments are')} disputed at the bank: answer in Razorpay’s dashboard`,
      href: '/payments?flag=disputed',
    },
  ];
  return all.filter(({ count }) => count > 0);
}

/** Those who run events see money; only an admin can do something about the machinery. */
async function read(call: Pick<PageCall<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user'>) {
  const { gateway, user } = call;
  const now = new Date();
  const runs = user.role !== 'staff';
  const [today, needs, health] = await Promise.all([
    readToday(gateway, user, now),
    runs ? readNeeds(gateway, user) : null,
    user.role === 'admin' ? healthFacts(gateway, now) : null,
  ]);
  const words: HealthWord[] = health ? healthWords(health, now) : [];
  return {
    runs,
    today: { ...today, payments: today.money.reduce((sum, { payments }) => sum + payments, 0) },
    needs: needs ? needsInWords(needs) : [],
    health: words,
    allWell: words.every(({ tone }) => tone === 'good'),
  };
}

export const todayPage = page({
  path: '/',
  access: 'any',
  title: 'Today',
  view: 'today',
  nav: { label: 'Today', icon: 'today', group: 'work', order: 0 },
  scripts: ['live.js'],
  async handle(call) {
    const [live, { body: events }] = await Promise.all([
      read(call),
      answerOf<{ date: string }[]>(listEvents, call, { query: { status: 'open', limit: '1000' } }),
    ]);
    return { ...live, events: events.toSorted((a, b) => a.date.localeCompare(b.date)) };
  },
});

export const todayLive = page({
  path: '/today/live',
  access: 'any',
  title: 'Today, live',
  handle: (call) =>
    liveStream({
      everyMs: LIVE_EVERY_MS,
      read: async () => render('today-live', { ...(await read(call)), given: null, page: { now: new Date() } }),
      signedIn: async () =>
        (await call.gateway.store.sessions.exists({ _id: call.user.session, expires_at: { $gt: new Date() } })) !==
        null,
      signal: call.gateway.stopping,
      log: call.log,
    }),
});
