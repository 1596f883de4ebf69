/** The story, step by step. Each step waits for what it tells to have happened, never for a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { factsEqual } from './checks/facts.ts';
import { historyOf } from './checks/history.ts';
import { metric } from './metrics.ts';
import { PRICE, pay, payForSomethingElse, type Way } from './pay.ts';
import { STUDENTS, type Student } from './students.ts';
import { check, checkSoon, type Due, until, untilSettled, type World } from './world.ts';

export interface Step {
  readonly title: string;
  play(world: World): Promise<void>;
}

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1_000) - minutes * 60;
const hoursFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Each part of the story has students of its own. */
const EARLY = STUDENTS.slice(0, 5);
const DURING_OUTAGE = STUDENTS.slice(5, 17);
const IN_DISORDER = STUDENTS.slice(17, 27);
const UNHEARD = STUDENTS.slice(27, 35);
const [LATE, LOST_EVENT, SHORT, TWICE, TOO_SOON] = STUDENTS.slice(35) as [Student, Student, Student, Student, Student];

export const OTHER_PAYMENTS = 120;

const all = (world: World, students: readonly Student[], ways: readonly Way[], facts = (_n: number) => ({})) =>
  Promise.all(students.map((student, n) => pay(world, student, ways[n % ways.length] as Way, { facts: facts(n) })));

const shownAs = (world: World, id: string, outcome: string, reason: string | null = null) =>
  until(world, `${id} is ${reason ?? outcome}`, async () => {
    const payment = await world.gateway.payment(id);
    if (payment?.outcome === outcome && payment.reason === reason) return null;
    return `it is ${payment?.reason ?? payment?.outcome ?? 'not known'}`;
  });

function change(world: World, id: string, due: Partial<Due>): void {
  const before = world.due.get(id);
  if (before !== undefined) world.due.set(id, { ...before, ...due });
}

/** Observations that ticketing has handled since it started. */
const handled = async (world: World) => (await metric(world.info.ops.ticketing, 'qrflow_observations_total')) ?? 0;

const untilHandled = (world: World, count: number) =>
  until(world, 'ticketing takes in what it is told', async () => {
    const now = await handled(world);
    return now >= count ? null : `${count - now} observations are not handled`;
  });

const idle = (world: World) =>
  until(world, 'all webhooks are delivered', async () =>
    (await world.razorpay.idle()) ? null : 'some are still on their way',
  );

export const STORY: readonly Step[] = [
  {
    title: 'The organiser makes an event with a price, seats, doors and a QR code of its own',
    async play(world) {
      // The one at the start: it must not find what the story keeps for its own.
      await until(world, 'the first sweep ends', async () =>
        (await world.gateway.sweeps()).some(({ complete }) => complete) ? null : 'none is complete',
      );
      world.qrCode = await world.razorpay.createQrCode('Freshers’ Night');
      const { id } = await world.gateway.createEvent({
        name: 'Freshers’ Night',
        description: 'Music, food and a very short speech.',
        date: hoursFromNow(2),
        ends_at: hoursFromNow(6),
        doors_open_at: hoursFromNow(-1),
        doors_close_at: hoursFromNow(5),
        venue: 'Main auditorium',
        slug: 'freshers',
        price: PRICE,
        capacity: 60,
        razorpay_qr_id: world.qrCode,
      });
      world.eventId = id;
      // With a second open event nobody may guess which one is meant.
      await world.gateway.createEvent({ name: 'Robotics workshop', date: hoursFromNow(48), price: 9_900 });
    },
  },
  {
    title: 'Five students pay by UPI; seconds later they have their tickets',
    async play(world) {
      const ids = await all(world, EARLY, ['upi']);
      await untilSettled(world, 'five students have their tickets in the inbox', ids);
    },
  },
  {
    title: 'The mail server goes down, and twelve students pay by card',
    async play(world) {
      await world.inbox.setDown(true);
      const ids = await all(world, DURING_OUTAGE, ['card', 'order']);
      await untilSettled(world, 'twelve students have tickets although no mail can leave', ids, false);
      const breaker = async () => await metric(world.info.ops.ticketing, 'qrflow_mail_breaker_state');
      await until(world, 'the circuit breaker opens', async () => ((await breaker()) ? null : 'it is closed'));
    },
  },
  {
    title: 'The mail server comes back',
    async play(world) {
      await world.inbox.setDown(false);
    },
  },
  {
    title: 'Ten students pay by QR code; their webhooks come twice and in any order',
    async play(world) {
      await world.razorpay.webhooks({ duplicate: 1, shuffle_ms: 1_500, seed: 7 });
      const ids = await all(world, IN_DISORDER, ['own qr', 'event qr']);
      await idle(world);
      await world.razorpay.webhooks({ duplicate: 0, shuffle_ms: 0 });
      await untilSettled(world, 'ten students have tickets', ids, false);
    },
  },
  {
    title: 'Eight students pay, and not one of their webhooks arrives',
    async play(world) {
      await world.razorpay.webhooks({ drop: 1 });
      await all(world, UNHEARD, ['upi', 'card'], (n) => ({ created_at: minutesAgo(180 + n) }));
      for (const student of UNHEARD)
        for (const [id, due] of world.due) if (due.student === student) world.due.set(id, { ...due, lost: true });
      await world.razorpay.webhooks({ drop: 0 });
    },
  },
  {
    title: `${OTHER_PAYMENTS} people buy something else on the same account, in silence`,
    async play(world) {
      // Newer than the unheard students: in Razorpay's list they fill the first page and more.
      await payForSomethingElse(world, OTHER_PAYMENTS, 20, 170);
    },
  },
  {
    title: 'One more buys something else, and this time the webhook tells us',
    async play(world) {
      const notes = { order: 'T-shirt', size: 'L' };
      const id = await world.razorpay.pay({ amount: 59_900, email: 'shopper@example.com', notes });
      world.due.set(id, { student: null, outcome: 'foreign', reason: null, mailed: false, lost: false });
      await shownAs(world, id, 'foreign');
    },
  },
  {
    title: 'A payment fails, is authorised much later, and captured in the end',
    async play(world) {
      const facts = { status: 'created', created_at: minutesAgo(40) };
      const id = await pay(world, LATE, 'upi', { facts });
      await world.razorpay.step(id, 'fail');
      await shownAs(world, id, 'awaiting');
      await world.razorpay.step(id, 'authorize');
      await shownAs(world, id, 'held', 'not_captured');
      await world.razorpay.step(id, 'capture');
      await shownAs(world, id, 'ticketed');
    },
  },
  {
    title: 'One student names no event, one pays too little, one pays twice',
    async play(world) {
      const held = (reason: Due['reason']) => ({ due: { outcome: 'held' as const, reason, mailed: false } });
      const noEvent = await pay(world, LOST_EVENT, 'upi', { event: null, ...held('unassigned_event') });
      const tooLittle = await pay(world, SHORT, 'card', { amount: 19_900, ...held('underpaid') });
      const first = await pay(world, TWICE, 'upi');
      await shownAs(world, first, 'ticketed');
      const second = await pay(world, TWICE, 'order', held('duplicate_payment'));
      await shownAs(world, noEvent, 'held', 'unassigned_event');
      await shownAs(world, tooLittle, 'held', 'underpaid');
      await shownAs(world, second, 'held', 'duplicate_payment');
    },
  },
  {
    title: 'Two students get their money back: one had a ticket, for one the refund overtakes the payment',
    async play(world) {
      const [mailed] = [...world.due].find(([, { student }]) => student === EARLY[0]) ?? [''];
      await world.razorpay.step(mailed, 'refund');
      change(world, mailed, { outcome: 'revoked' });

      await world.razorpay.webhooks({ delay_ms: 600_000 });
      const id = await pay(world, TOO_SOON, 'upi', { due: { outcome: 'revoked', mailed: false } });
      await world.razorpay.webhooks({ delay_ms: 0 });
      await delay(1_100, undefined, { signal: world.signal }); // Razorpay's clock has whole seconds
      await world.razorpay.step(id, 'refund');
      await shownAs(world, id, 'revoked');
      const before = await handled(world);
      await untilHandled(world, before + (await world.razorpay.flush()));
      await shownAs(world, mailed, 'revoked');
    },
  },
  {
    title: 'Before any sweep, the store already reads as Razorpay’s books do',
    async play(world) {
      await idle(world);
      const heard = [...world.due].filter(([, { lost }]) => !lost).map(([id]) => id);
      const sentence = 'Late, doubled and shuffled webhooks alone left every payment as Razorpay has it.';
      await checkSoon(world, 'P2', sentence, () => factsEqual(world, new Set(heard)));
    },
  },
  {
    title: 'The sweep asks Razorpay for whatever nobody told us',
    async play(world) {
      world.sweep = await world.gateway.sync().catch((error: Error) => {
        check(world, 'P3', 'The sweep runs to its end.', error.message);
        return null;
      });
      const lost = [...world.due].filter(([, due]) => due.lost && due.student !== null).map(([id]) => id);
      await untilSettled(world, 'eight students the webhooks never told of have their tickets', lost);
    },
  },
  {
    title: 'The organiser says which event the student without one meant',
    async play(world) {
      const [id] = [...world.due].find(([, { reason }]) => reason === 'unassigned_event') ?? [''];
      await world.gateway.decide(id, { event_id: world.eventId }).catch((error: Error) => {
        check(world, 'story', 'The organiser gives a held payment its event.', error.message);
      });
      change(world, id, { outcome: 'ticketed', reason: null, mailed: true });
      await untilSettled(world, 'the held payment became a ticket', [id]);
    },
  },
  {
    title: 'The last mails leave',
    async play(world) {
      const ids = [...world.due].filter(([, { student }]) => student !== null).map(([id]) => id);
      await untilSettled(world, 'every mail is sent, also those of the outage', ids);
    },
  },
  {
    title: 'The whole history is told again, backwards',
    async play(world) {
      const before = await historyOf(world.store);
      const start = await handled(world);
      await untilHandled(world, start + (await world.razorpay.tellBackwards(world.info.webhook)));
      const after = await historyOf(world.store);
      const fault = before === after ? null : 'payments, tickets or mails have changed';
      check(world, 'P2', 'Every event told once more, backwards, changed no payment, no ticket and no mail.', fault);
    },
  },
];
