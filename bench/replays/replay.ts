/**
 * A day that others did not survive, once more: payments at their own moments, whatever the system has to do; webhooks
 * lost, told twice and out of order; a mail server that is slow and sometimes refuses.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { event } from '../../services/gateway/testing/documents.ts';
import type { Store } from '../../shared/store/index.ts';
import { generator } from '../../test/run/random.ts';
import { booking, PRICE, studentNotes } from '../load/books.ts';
import type { Stage } from '../process/stage.ts';
import { openWhole, type Whole } from '../process/whole.ts';
import { arrivals } from './arrivals.ts';
import { backlog, type Fate, type Moment, type Waits, waits } from './course.ts';

export interface Replay {
  /** As in `make replay ONLY=…`. */
  name: string;
  payments: number;
  overMinutes: number;
}

export interface ReplayResult extends Replay {
  /** Time ran so many times faster. */
  speed: number;
  /** Payments that are captured, and have no ticket or no mail at the end. Anything but 0 is a failure. */
  withoutTicket: number;
  withoutMail: number;
  /** Mails beyond one a payment. */
  mailsTwice: number;
  /** From the moment of a payment to the mail server's 250, ms, of those whose webhooks came. */
  told: Waits | null;
  /** The same of those that a sweep had to find. */
  found: Waits | null;
  backlog: Moment[];
}

const LOST = 0.05;
const TWICE = 0.1;
const SHUFFLE_MS = 500;
const MAIL_MS = 50;
const MAILS_REFUSED = 0.02;
const SWEEP_MINUTES = 30;
const MOMENTS = 240;
/** Beyond two sweeps: how long what is left may take. */
const GRACE_MS = 600_000;
const MINUTE = 60_000;

const prepare = async (store: Store): Promise<void> => {
  const inAMonth = new Date(Date.now() + 30 * 86_400_000);
  await store.events.create(event(1, { date: inAMonth, prices: [{ amount: PRICE, from: new Date(0) }] }));
};

interface Made {
  id: string;
  to: string;
  paidAt: number;
  lost: boolean;
}

/** Pays at each moment, whether the ones before have their ticket or not. */
async function pay(whole: Whole, moments: readonly number[], random: () => number, step: (paid: number) => void) {
  const { account } = whole.razorpay.simulator;
  const began = Date.now();
  const made: Made[] = [];
  for (const moment of moments) {
    const early = began + moment - Date.now();
    if (early > 0) await sleep(early);
    const lost = random() < LOST;
    const notes = studentNotes();
    const book = () => booking(account, notes, account.clock.seconds());
    const { id } = lost ? account.quietly(book) : book();
    made.push({ id, to: notes.email, paidAt: moment, lost });
    step(made.length);
  }
  return { began, made };
}

/** When each payment had its ticket, and its mail. */
async function fatesOf({ store, mails }: Whole, { began, made }: Awaited<ReturnType<typeof pay>>): Promise<Fate[]> {
  const attendees = await store.attendees.find({}, { payment_id: 1, created_at: 1 }).lean();
  const tickets = new Map(attendees.map(({ payment_id, created_at }) => [payment_id, created_at.getTime() - began]));
  const mailed = new Map<string, number>();
  for (const { envelope, receivedAt } of mails.summaries())
    for (const to of envelope.to) {
      const at = Date.parse(receivedAt) - began;
      mailed.set(to, Math.min(at, mailed.get(to) ?? at));
    }
  return made.map(({ id, to, paidAt, lost }) => ({
    ...{ paidAt, lost, ticketAt: tickets.get(id) ?? null, mailAt: mailed.get(to) ?? null },
  }));
}

/** @param step hears how many have paid, and how many mails have arrived */
export async function replay(
  stage: Stage,
  { name, payments, overMinutes }: Replay,
  speed: number,
  signal: AbortSignal,
  step: (paid: number, mailed: number) => void,
): Promise<ReplayResult> {
  const random = generator(name);
  const sweepMs = Math.round((SWEEP_MINUTES * MINUTE) / speed);
  const whole = await openWhole(stage, { prepare, change: { SWEEP_INTERVAL: `${sweepMs}ms` } });
  try {
    await whole.razorpay.control('/webhooks', { duplicate: TWICE, shuffle_ms: SHUFFLE_MS, seed: 1 });
    await whole.mails.setFaults({ latency_ms: MAIL_MS, temporary_rate: MAILS_REFUSED });
    const mailed = () => whole.mails.stats.accepted;
    const moments = arrivals(payments, (overMinutes * MINUTE) / speed, random);
    const paid = await pay(whole, moments, random, (count) => {
      signal.throwIfAborted();
      step(count, mailed());
    });
    const end = Date.now() + 2 * sweepMs + GRACE_MS;
    const open = () => whole.store.mails.countDocuments({ state: 'sent', kind: 'ticket' });
    while ((await open()) < payments && Date.now() < end) {
      signal.throwIfAborted();
      step(payments, mailed());
      await sleep(500);
    }
    const fates = await fatesOf(whole, paid);
    return {
      ...{ name, payments, overMinutes, speed },
      withoutTicket: fates.filter(({ ticketAt }) => ticketAt === null).length,
      withoutMail: fates.filter(({ mailAt }) => mailAt === null).length,
      mailsTwice: Math.max(0, mailed() - payments),
      told: waits(fates.filter(({ lost }) => !lost)),
      found: waits(fates.filter(({ lost }) => lost)),
      backlog: backlog(fates, MOMENTS),
    };
  } finally {
    await whole.close();
  }
}
