/**
 * A day that others did not survive, once more: payments at their own moments, whatever the system has to do; webhooks
 * lost, told twice and out of order; a mail server that is slow and sometimes refuses.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { generator } from '../../test/run/random.ts';
import { booking, studentNotes } from '../load/books.ts';
import type { Whole } from '../process/whole.ts';
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
const LOOK_MS = 500;

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

/** What a system is told whose time is to run so many times faster. */
export const settingsAt = (speed: number): Record<string, string> => ({ SWEEP_INTERVAL: `${sweepMs(speed)}ms` });

const sweepMs = (speed: number): number => Math.round((SWEEP_MINUTES * MINUTE) / speed);

/** @param step hears how many have paid, and how many mails have arrived */
export async function replay(
  whole: Whole,
  { name, payments, overMinutes }: Replay,
  speed: number,
  signal: AbortSignal,
  step: (paid: number, mailed: number) => void,
): Promise<ReplayResult> {
  const random = generator(name);
  await whole.razorpay.control('/webhooks', { duplicate: TWICE, shuffle_ms: SHUFFLE_MS, seed: 1 });
  await whole.mails.setFaults({ latency_ms: MAIL_MS, temporary_rate: MAILS_REFUSED });
  const before = whole.mails.stats.accepted;
  const mailed = () => whole.mails.stats.accepted - before;
  const moments = arrivals(payments, (overMinutes * MINUTE) / speed, random);
  const paid = await pay(whole, moments, random, (count) => {
    signal.throwIfAborted();
    step(count, mailed());
  });
  const end = Date.now() + 2 * sweepMs(speed) + GRACE_MS;
  let fates = await fatesOf(whole, paid);
  // A mail that came twice stands for nobody else's.
  while (fates.some(({ mailAt }) => mailAt === null) && Date.now() < end) {
    signal.throwIfAborted();
    step(payments, mailed());
    await sleep(LOOK_MS);
    if (mailed() >= payments) fates = await fatesOf(whole, paid);
  }
  return {
    ...{ name, payments, overMinutes, speed },
    withoutTicket: fates.filter(({ ticketAt }) => ticketAt === null).length,
    withoutMail: fates.filter(({ mailAt }) => mailAt === null).length,
    mailsTwice: Math.max(0, mailed() - payments),
    told: waits(fates.filter(({ lost }) => !lost)),
    found: waits(fates.filter(({ lost }) => lost)),
    backlog: backlog(fates, MOMENTS),
  };
}
