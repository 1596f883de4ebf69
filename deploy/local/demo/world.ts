/** What the story plays with: the running system from outside, and the book of what each payment has to come to. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HoldReason, OutcomeKind } from '../../../shared/outcome.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { StackInfo } from '../stack/info.ts';
import type { Gateway, SyncResult } from './gateway.ts';
import type { Inbox } from './inbox.ts';
import type { RazorpayControls } from './razorpay.ts';
import type { Student } from './students.ts';

/** What a payment has to come to in the end, told by the story and not by the system. */
export interface Due {
  readonly student: Student | null;
  outcome: OutcomeKind;
  reason: HoldReason | null;
  /** Its ticket is mailed, also if it is revoked later. */
  mailed: boolean;
  /** Its webhooks never came: only a sweep can find it. */
  readonly lost: boolean;
}

export interface Check {
  readonly name: string;
  readonly sentence: string;
  /** What is wrong; null if it holds. */
  readonly fault: string | null;
}

export interface Stage {
  readonly info: StackInfo;
  readonly gateway: Gateway;
  readonly razorpay: RazorpayControls;
  readonly inbox: Inbox;
  /** Read only: the checks look into it. */
  readonly store: Store;
  readonly signal: AbortSignal;
}

export interface World extends Stage {
  eventId: number;
  qrCode: string;
  /** By payment id. */
  readonly due: Map<string, Due>;
  readonly checks: Check[];
  sweep: SyncResult | null;
}

export const openWorld = (stage: Stage): World => ({
  ...stage,
  eventId: 0,
  qrCode: '',
  due: new Map(),
  checks: [],
  sweep: null,
});

export function check(world: World, name: string, sentence: string, fault: string | null): void {
  world.checks.push({ name, sentence, fault });
}

const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 45_000;
/** Once something never came, the story goes on to its end, but without such patience. */
const IMPATIENCE_MS = 3_000;

/** Asks until `missing` answers null; what it answered last when patience runs out. */
async function patiently(world: World, missing: () => Promise<string | null>): Promise<string | null> {
  const impatient = world.checks.some(({ fault }) => fault !== null);
  const deadline = Date.now() + (impatient ? IMPATIENCE_MS : PATIENCE_MS);
  for (;;) {
    world.signal.throwIfAborted();
    const fault = await missing();
    if (fault === null || Date.now() > deadline) return fault;
    await delay(LOOK_EVERY_MS, undefined, { signal: world.signal });
  }
}

/** A check that has to hold soon: what was told may still be on its way through the system. */
export async function checkSoon(
  world: World,
  name: string,
  sentence: string,
  missing: () => Promise<string | null>,
): Promise<void> {
  check(world, name, sentence, await patiently(world, missing));
}

/**
 * Waits until `missing` answers null. What is still missing when patience runs out is a check that failed; the story
 * goes on, so that the other checks can tell more.
 */
export async function until(world: World, what: string, missing: () => Promise<string | null>): Promise<void> {
  const fault = await patiently(world, missing);
  if (fault !== null) check(world, 'story', what, fault);
}

/** Waits until these payments have come to what they have to, with their mails sent where `mailed` says so. */
export async function untilSettled(world: World, what: string, ids: readonly string[], mailed = true): Promise<void> {
  await until(world, what, async () => {
    const shown = new Map((await world.gateway.eventPayments(world.eventId)).map((one) => [one.id, one]));
    const open = ids.filter((id) => {
      const due = world.due.get(id);
      const payment = shown.get(id);
      if (due === undefined || payment?.outcome !== due.outcome || payment.reason !== due.reason) return true;
      return mailed && due.mailed && payment.mail?.state !== 'sent';
    });
    return open.length === 0
      ? null
      : `${open.length} of ${ids.length} are not there yet: ${open.slice(0, 3).join(', ')} …`;
  });
}
